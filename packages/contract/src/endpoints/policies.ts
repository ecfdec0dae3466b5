import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { labelName, text } from '../fields.ts'
import { readErrors, sideEffect, trust } from '../governed.ts'

const ofServer = { namespace: labelName, server: labelName }
const errors = readErrors
const named = z.object({ name: z.string(), namespace: z.string() })
const identity = z.string().max(256, 'is longer than 256 characters').optional()

const rendered = endpoint({
  method: 'GET',
  path: '/runtime/policy',
  summary: 'The policy by which the gateway of a server decides.',
  access: 'signed-in',
  query: z.strictObject(ofServer),
  /** With the members of the document beside these. */
  response: z.looseObject({
    schema_version: z.string(),
    revision: z.string(),
    /** The document as it is written down. */
    json: z.string(),
    source: z.string(),
    /** What became of objects that speak of the server, but for sessions that are over; 1000 at most. */
    findings: z.array(
      z.object({
        kind: z.string(),
        namespace: z.string(),
        name: z.string(),
        status: z.enum(['True', 'False', 'Unknown']),
        reason: z.string(),
        message: z.string(),
      }),
    ),
    /** Sessions that are over for so long that the policy does without them. */
    endedSessions: z.int(),
  }),
  errors,
})

const request = z.strictObject({
  human: identity,
  agent: identity,
  team: identity,
  session: identity,
  method: text(256).default('tools/call'),
  target: z.string().max(2048).optional(),
  refType: text(256).optional(),
  arguments: z.unknown().optional(),
  inexact: z.array(z.string().max(2048)).max(1024).optional(),
  definitionDigest: text(128).optional(),
  /** Epoch milliseconds. */
  sessionSeenAt: z.int().min(0).optional(),
})

const plainDecision = z.object({
  allowed: z.boolean(),
  status: z.int(),
  reason: z.string(),
  byDefault: z.boolean(),
  policyVersion: z.string(),
  revision: z.string(),
  requiredTrust: trust.optional(),
  requiredSideEffect: sideEffect.optional(),
  riskLevel: trust.optional(),
  adminTrust: trust.optional(),
  consentedTrust: trust.optional(),
  effectiveTrust: trust.optional(),
  matchedGrant: named.optional(),
  matchedSession: named.optional(),
  audit: z.enum(['best-effort', 'required']),
  pointer: z.string().optional(),
})
const decision = plainDecision.extend({
  /** In `observe`: what would have been decided. */
  wouldBe: plainDecision.optional(),
})

const explain = endpoint({
  method: 'POST',
  path: '/runtime/policy/explain',
  summary: 'What the gateway of a server decides of a call, why, and the smallest change that lets it pass.',
  access: 'signed-in',
  body: z.strictObject({
    ...ofServer,
    request,
    at: z.iso
      .datetime({ offset: true, error: 'is no RFC 3339 time' })
      .optional()
      .describe('now, unless it is given'),
  }),
  response: z.object({
    decision,
    /** The checks in their order. */
    steps: z.array(z.object({ step: z.string(), outcome: z.enum(['passed', 'failed', 'not-reached']) })),
    /** Every grant that speaks of the caller. */
    grants: z.array(
      z.object({
        grant: named,
        /** Its place in the document. */
        index: z.int(),
        outcome: z.string(),
        rule: z.string().optional(),
        ruleIndex: z.int().optional(),
        pointer: z.string().optional(),
      }),
    ),
    remedy: z
      .object({
        says: z.string(),
        edits: z.array(
          z.object({
            in: z.enum(['document', 'request']),
            op: z.enum(['set', 'append', 'remove']),
            path: z.array(z.union([z.string(), z.int()])),
            value: z.unknown().optional(),
          }),
        ),
      })
      .optional(),
  }),
  errors,
})

const permission = z.enum(['yes', 'no', 'depends'])

const permitted = endpoint({
  method: 'GET',
  path: '/runtime/policy/permitted',
  summary: 'What somebody may use of a server.',
  access: 'signed-in',
  query: z.strictObject({ ...ofServer, human: identity, agent: identity, team: identity, session: identity }),
  response: z.object({
    revision: z.string(),
    tools: z.array(z.object({ name: z.string(), permission })),
    /** Exact, or ending in `*`. */
    resources: z.array(z.string()),
    prompts: z.array(z.string()),
  }),
  errors,
})

const diff = endpoint({
  method: 'POST',
  path: '/runtime/policy/diff',
  summary: 'Which calls another policy would decide otherwise than the one in force.',
  access: 'signed-in',
  bodyBytesMax: 1024 * 1024,
  body: z.strictObject({
    ...ofServer,
    /** The other policy. */
    document: z.record(z.string(), z.unknown()),
    requests: z
      .array(
        request.extend({
          /** When it was judged, in epoch milliseconds; now, unless it is given. */
          at: z.int().min(0).optional(),
          /** Pointers into the arguments that were recorded; all, unless they are given. */
          recorded: z.array(z.string().max(2048)).max(1024).optional(),
        }),
      )
      .max(5000, 'has more than 5000'),
  }),
  response: z.object({
    same: z.int(),
    changed: z.array(
      z.object({
        index: z.int(),
        change: z.enum(['now-allowed', 'now-refused', 'other-reason']),
        before: decision,
        after: decision,
      }),
    ),
    /** What was not recorded could change their verdict. */
    undecidable: z.array(z.object({ index: z.int(), policies: z.array(z.enum(['before', 'after'])) })),
  }),
  errors,
})

export const policies = { rendered, explain, permitted, diff }
