import type { Action } from '../action/use-action.ts'
import { idOf } from '../governed/governed.ts'
import { coveredBy } from './tool-rows.ts'
import type { Server, useServerChanges } from './use-servers.ts'

type Changes = ReturnType<typeof useServerChanges>

export const switchServer = (server: Server, { setDisabled }: Changes): Action =>
  server.disabled
    ? {
        title: `Switch ${server.name} on?`,
        text: 'Calls are decided by its policy again, from the next one on.',
        verb: 'Switch server on',
        kind: 'primary',
        run: () => setDisabled(server, false),
      }
    : {
        title: `Switch ${server.name} off?`,
        text: `From the next call on, every call to ${idOf(server)} is refused, whoever makes it, also where its policy only observes. Grants and sessions stay as they are, and it can be switched on again.`,
        verb: 'Switch server off',
        run: () => setDisabled(server, true),
      }

export const switchTool = (server: Server, tool: string, { setDisabledTools }: Changes): Action => {
  const covering = coveredBy(server.disabledTools, tool)
  const patterns = covering.filter((name) => name !== tool)
  return covering.length > 0
    ? {
        title: `Switch ${tool} on?`,
        text:
          patterns.length === 0
            ? 'Calls of it are decided by the policy again.'
            : `It is switched off by ${patterns.join(', ')}: all tools of such a name are switched on with it.`,
        verb: 'Switch tool on',
        kind: 'primary',
        run: () =>
          setDisabledTools(
            server,
            server.disabledTools.filter((name) => !covering.includes(name)),
          ),
      }
    : {
        title: `Switch ${tool} off?`,
        text: `From the next call on, every call of ${tool} on ${server.name} is refused, whoever makes it. It can be switched on again.`,
        verb: 'Switch tool off',
        run: () => setDisabledTools(server, [...server.disabledTools, tool]),
      }
}

export const retireServer = (server: Server, { retire }: Changes, done: () => void): Action => ({
  title: `Retire server ${server.name}?`,
  text: `${idOf(server)} is deleted, and what runs of it is stopped: clients cannot reach it any more. This cannot be undone. To refuse its calls for a while, switch it off instead.`,
  verb: 'Retire server',
  run: () => retire(server).then(done),
})
