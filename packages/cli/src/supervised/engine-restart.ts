import { setTimeout as wait } from 'node:timers/promises'
import type { EmbeddedClickHouse } from '@mcp-sentinel/embedded'

const restartMs = 60_000

/** ClickHouse restarts itself when its process ends, with the passwords that its clients know. */
export const engineRestart = (engine: EmbeddedClickHouse) => {
  const { origin } = new URL(engine.url)
  const answers = () =>
    fetch(`${origin}/ping`).then(
      ({ ok }) => ok,
      () => false,
    )
  return {
    check: async () => ((await answers()) ? undefined : 'does not answer'),
    restart: async () => {
      const before = engine.pid()
      process.kill(before, 'SIGTERM')
      for (const deadline = Date.now() + restartMs; Date.now() < deadline; await wait(20)) {
        if (engine.pid() !== before && (await answers())) return
      }
      throw new Error(`it was not back within ${restartMs} ms`)
    },
  }
}
