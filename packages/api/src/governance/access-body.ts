import type { MCPServer, ObjectKey } from '@mcp-sentinel/resources'
import type { Caller } from '../caller.ts'
import type { Engines } from '../engines.ts'
import { AccountError } from '../errors.ts'
import { faulty, problem } from '../problems.ts'

/** What bodies of grants and sessions have in common. */
interface AccessBody extends ObjectKey {
  readonly serverRef: { readonly name: string; readonly namespace?: string | undefined }
  readonly subject: Subject
}

export interface Subject {
  readonly humanID?: string | undefined
  readonly agentID?: string | undefined
  readonly teamID?: string | undefined
}

/** The server that a body refers to, which must be there, in the namespace of the object itself. */
export const referredServer = async (
  { resources }: Engines,
  { namespace, serverRef }: AccessBody,
): Promise<MCPServer> => {
  if (serverRef.namespace !== undefined && serverRef.namespace !== namespace)
    throw faulty('invalid_request_body', [
      {
        pointer: '/serverRef/namespace',
        message: `is not ${namespace}: only a server's own namespace governs it`,
      },
    ])
  const server = await resources().get('MCPServer', { namespace, name: serverRef.name })
  if (server !== undefined) return server
  throw faulty('invalid_request_body', [
    {
      pointer: '/serverRef',
      message: `unknown serverRef: there is no server ${namespace}/${serverRef.name}`,
    },
  ])
}

/** Whom the object speaks of: a team that is left open is that of the server, else that of the namespace. */
export const subjectFor = async (
  engines: Engines,
  caller: Caller,
  { subject, namespace }: AccessBody,
  server: MCPServer,
): Promise<Subject> => {
  const { teamID: ofServer } = server.spec
  const ofNamespace = (await teamOf(engines, caller, namespace))?.id
  if (!subject.teamID) return { ...subject, teamID: ofServer || ofNamespace }
  // A team of another namespace may be let in, by who has a namespace of their own to let it into.
  if (caller.role === 'admin' || ofNamespace !== undefined || subject.teamID === ofServer) return subject
  throw problem('forbidden', `no team has ${namespace}: there only administrators grant to a team`)
}

const teamPrefix = 'mcp-team-'

/** The team that has a namespace, as far as anybody knows. */
export const teamOf = async (
  { accountsIfAny }: Engines,
  caller: Caller,
  namespace: string,
): Promise<{ readonly id: string; readonly slug: string } | undefined> => {
  const own = caller.teams.find((team) => team.namespace === namespace)
  if (own !== undefined || !namespace.startsWith(teamPrefix)) return own
  try {
    return await accountsIfAny?.teams.get(namespace.slice(teamPrefix.length))
  } catch (error) {
    if (error instanceof AccountError && error.code === 'team_not_found') return undefined
    throw error
  }
}
