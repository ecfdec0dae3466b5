import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { text } from '../fields.ts'
import { email, password, user } from './person.ts'

/** With `mcp-team-` before it, the name of a namespace. */
const slug = text(54).regex(
  /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
  'has other characters than small letters, digits and -, or - at an end',
)
const role = z.enum(['owner', 'member'], 'is neither owner nor member')

const params = z.strictObject({ team: slug })
const memberParams = z.strictObject({ team: slug, userID: text(64) })

const team = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  namespace: z.string(),
  created_at: z.iso.datetime(),
  /** Of the caller, who may be in it or not. */
  role: role.optional(),
})

const membership = z.object({ userID: z.string(), email: z.string(), role })

const list = endpoint({
  method: 'GET',
  path: '/runtime/teams',
  summary: "The caller's teams, and for admins all; by their slugs.",
  access: 'signed-in',
  response: z.object({ teams: z.array(team) }),
})

const create = endpoint({
  method: 'POST',
  path: '/runtime/teams',
  summary: 'Makes a team and its namespace.',
  access: 'admin',
  body: z.strictObject({ slug, name: text(100) }),
  bodyBytesMax: 4 * 1024,
  status: 201,
  response: z.object({
    team,
    /** Whether its namespace is there; if not, ask for it again. */
    provisioned: z.boolean(),
  }),
  errors: ['conflict'],
})

const get = endpoint({
  method: 'GET',
  path: '/runtime/teams/{team}',
  summary: 'A team, for its members and for admins.',
  access: 'signed-in',
  params,
  response: z.object({ team }),
  errors: ['invalid_path_param', 'not_found'],
})

const provision = endpoint({
  method: 'POST',
  path: '/runtime/teams/{team}/namespace',
  summary: "Brings the team's namespace to what it should be.",
  access: 'admin',
  params,
  response: z.object({ team, provisioned: z.literal(true) }),
  errors: ['invalid_path_param', 'not_found', 'conflict', 'unsupported', 'workloads_unavailable'],
})

const members = endpoint({
  method: 'GET',
  path: '/runtime/teams/{team}/members',
  summary: 'Who is in a team, for its members and for admins.',
  access: 'signed-in',
  params,
  response: z.object({ members: z.array(membership) }),
  errors: ['invalid_path_param', 'not_found'],
})

const addMember = endpoint({
  method: 'POST',
  path: '/runtime/teams/{team}/members',
  summary: 'Takes a user into the team.',
  access: 'signed-in',
  params,
  body: z.strictObject({ userID: text(64), role: role.default('member') }),
  bodyBytesMax: 4 * 1024,
  status: 201,
  response: z.object({ membership }),
  errors: ['invalid_path_param', 'not_found', 'conflict'],
})

const setMember = endpoint({
  method: 'PUT',
  path: '/runtime/teams/{team}/members/{userID}',
  summary: 'Gives a member this role, and takes in who is none.',
  access: 'signed-in',
  params: memberParams,
  body: z.strictObject({ role }),
  bodyBytesMax: 4 * 1024,
  response: z.object({ membership }),
  errors: ['invalid_path_param', 'not_found', 'conflict'],
})

const removeMember = endpoint({
  method: 'DELETE',
  path: '/runtime/teams/{team}/members/{userID}',
  summary: 'Takes a member out of the team.',
  access: 'signed-in',
  params: memberParams,
  response: z.object({ success: z.literal(true), team: z.string(), userID: z.string() }),
  errors: ['invalid_path_param', 'not_found'],
})

const addUser = endpoint({
  method: 'POST',
  path: '/runtime/teams/{team}/users',
  summary: 'Makes a user who logs in by password, in the team.',
  access: 'signed-in',
  params,
  body: z.strictObject({ email, password, role: role.default('member') }),
  bodyBytesMax: 4 * 1024,
  status: 201,
  response: z.object({ user, membership }),
  errors: ['invalid_path_param', 'not_found', 'email_taken', 'conflict', 'overloaded'],
})

export const teams = {
  list,
  create,
  get,
  provision,
  members,
  addMember,
  setMember,
  removeMember,
  addUser,
}
