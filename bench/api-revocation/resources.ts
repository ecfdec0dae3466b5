import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Written {
  readonly namespace: string
  readonly server: string
  readonly grants: number
  readonly sessions: number
  /** Of the sessions; never, unless it is given. */
  readonly expiresAt?: string
}

const apiVersion = 'mcpruntime.org/v1alpha1'

/** A server with all that speaks of it, as files of a directory store, which would take long to write them one by one. */
export const writeResources = async (folder: string, written: Written): Promise<void> => {
  const { namespace, server, grants, sessions, expiresAt } = written
  const put = async (kind: string, name: string, spec: object): Promise<void> => {
    const place = join(folder, namespace, `${kind.toLowerCase()}s`)
    await mkdir(place, { recursive: true })
    const object = { apiVersion, kind, metadata: { name, namespace }, spec }
    await writeFile(join(place, `${name}.yaml`), JSON.stringify(object))
  }
  await put('MCPServer', server, {
    image: 'registry.example.com/it',
    policy: { denial: 'http' },
    session: { required: true },
    tools: [{ name: 'wait', sideEffect: 'read' }],
  })
  for (let index = 0; index < grants; index++)
    await put('MCPAccessGrant', `g${index}`, {
      serverRef: { name: server },
      subject: { humanID: `human-${index}` },
      allowedSideEffects: ['read'],
    })
  for (let index = 0; index < sessions; index++)
    await put('MCPAgentSession', `s${index}`, {
      serverRef: { name: server },
      subject: { humanID: `human-${index}` },
      consentedTrust: 'low',
      ...(expiresAt === undefined ? {} : { expiresAt }),
    })
}
