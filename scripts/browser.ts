import { existsSync } from 'node:fs'
import { installWithApt } from './engines/apt.ts'
import { runCommand } from './engines/command.ts'

/** Runs a command with a Chromium named in CHROMIUM_PATH; brings one where none is. */
const known = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]
const found = (): string | undefined => known.find((path) => path !== undefined && existsSync(path))

const [command = '', ...args] = process.argv.slice(2)
try {
  if (found() === undefined)
    await installWithApt(
      {
        engine: 'the browser tests',
        name: 'chromium',
        what: 'Chromium',
        isThere: async () => found() !== undefined,
      },
      (line) => console.error(line),
    )
  process.exitCode = await runCommand(command, args, { ...process.env, CHROMIUM_PATH: found() })
} catch (error) {
  console.error(`${(error as Error).message}; or name one in CHROMIUM_PATH`)
  process.exitCode = 1
}
