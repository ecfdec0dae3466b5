import type { ObjectKey } from '@mcp-sentinel/resources'
import type { Part } from './supervised/part.ts'
import { startWorkspaceAssistant } from './workspace-assistant.ts'

/** The sample server as a part of the stack, on the same port whenever it is started. */
export const workspaceAssistantPart = ({ namespace, name }: ObjectKey) => {
  let origin: string | undefined
  const part: Part = {
    key: name,
    display: 'Workspace assistant',
    namespace,
    start: async (log) => {
      const port = origin === undefined ? 0 : Number(new URL(origin).port)
      const { close, ...sample } = await startWorkspaceAssistant(port)
      origin = sample.origin
      log(`serving at ${origin}\n`)
      return { close }
    },
  }
  return {
    part,
    /** Once it has started. */
    origin: (): string => {
      if (origin === undefined) throw new Error('the sample has not started')
      return origin
    },
  }
}
