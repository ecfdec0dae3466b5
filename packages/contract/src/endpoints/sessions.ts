import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { labelName, text } from '../fields.ts'
import {
  deleted,
  instant,
  kept,
  objectName,
  objectParams,
  page,
  pageEnd,
  readErrors,
  resourceVersion,
  serverRef,
  subject,
  told,
  trust,
  writeErrors,
} from '../governed.ts'

const session = z.object({
  name: z.string(),
  namespace: z.string(),
  ...told,
  consentedTrust: trust,
  revoked: z.boolean(),
  expiresAt: z.string().optional(),
  issuedAt: z.string().optional(),
  policyVersion: z.string().optional(),
  upstreamTokenSecretRef: z.object({ name: z.string(), key: z.string() }).optional(),
})

const list = endpoint({
  method: 'GET',
  path: '/runtime/sessions',
  summary: 'The sessions of servers that the caller administers.',
  access: 'signed-in',
  query: z.strictObject({ namespace: labelName.optional(), server: labelName.optional(), ...page }),
  response: z.object({ sessions: z.array(session), ...pageEnd }),
  errors: ['scope_missing', 'resources_unavailable'],
})

const apply = endpoint({
  method: 'POST',
  path: '/runtime/sessions',
  summary: 'Makes a session, or changes the one of that name; what is left out stays as it is.',
  access: 'admin',
  body: z.strictObject({
    name: objectName,
    namespace: labelName,
    serverRef,
    subject,
    consentedTrust: trust.optional(),
    expiresAt: kept(instant),
    issuedAt: kept(instant),
    revoked: z.boolean().optional(),
    policyVersion: kept(text(2048)),
    upstreamTokenSecretRef: kept(z.strictObject({ name: objectName, key: text(253) })),
    resourceVersion,
  }),
  response: z.object({ session }),
  errors: writeErrors,
})

const get = endpoint({
  method: 'GET',
  path: '/runtime/sessions/{namespace}/{name}',
  summary: 'One session.',
  access: 'signed-in',
  params: objectParams,
  response: z.object({ session }),
  errors: readErrors,
})

const remove = endpoint({
  method: 'DELETE',
  path: '/runtime/sessions/{namespace}/{name}',
  summary: 'Deletes a session: who presents it is refused.',
  access: 'signed-in',
  params: objectParams,
  query: z.strictObject({ resourceVersion }),
  response: deleted,
  errors: writeErrors,
})

const switched = deleted.extend({ revoked: z.boolean(), session })

const patch = endpoint({
  method: 'PATCH',
  path: '/runtime/sessions/{namespace}/{name}',
  summary: 'Revokes a session, or lifts that.',
  access: 'signed-in',
  params: objectParams,
  body: z.strictObject({ revoked: z.boolean(), resourceVersion }),
  response: switched,
  errors: writeErrors,
})

const older = {
  method: 'POST',
  access: 'signed-in',
  params: objectParams,
  response: switched,
  errors: writeErrors,
  deprecated: 'PATCH /api/runtime/sessions/{namespace}/{name}',
} as const

const revoke = endpoint({
  ...older,
  path: '/runtime/sessions/{namespace}/{name}/revoke',
  summary: 'Revokes a session.',
})

const unrevoke = endpoint({
  ...older,
  path: '/runtime/sessions/{namespace}/{name}/unrevoke',
  summary: 'Lifts the revocation of a session.',
})

const adapter = endpoint({
  method: 'POST',
  path: '/runtime/adapter/sessions',
  summary: 'A session for the caller by an agent, as far as a grant allows it.',
  access: 'signed-in',
  bodyBytesMax: 16 * 1024,
  body: z.strictObject({
    serverName: labelName,
    namespace: labelName.optional().describe('of the server; unset: of the first team of the caller'),
    agentID: text(256),
    requestedTrust: trust.default('low'),
    requestedTTL: text(32)
      .regex(/^(\d{1,9}(\.\d{1,9})?(h|m|s|ms))+$/, 'is no duration such as "90m" or "1h30m"')
      .default('1h')
      .describe('At most `24h`; more is cut.'),
  }),
  response: z.object({
    name: z.string(),
    namespace: z.string(),
    humanID: z.string(),
    agentID: z.string(),
    teamID: z.string(),
    serverName: z.string(),
    consentedTrust: trust,
    policyVersion: z.string(),
    expiresAt: z.string(),
    /** Whether it was there already. */
    reused: z.boolean(),
    /** Says to the gateway of this server, signed and for a short while, who calls; asked for anew before it ends. */
    assertion: z.string().optional(),
    assertionExpiresAt: z.string().optional(),
  }),
  errors: [...writeErrors, 'no_grant', 'session_revoked', 'too_many_requests'],
})

export const sessions = { list, apply, get, delete: remove, patch, revoke, unrevoke, adapter }
