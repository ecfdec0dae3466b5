import { run } from '../run.ts'
import type { Say } from './engine.ts'

interface Wanted {
  /** Who needs it. */
  readonly engine: string
  /** Of Debian. */
  readonly name: string
  readonly what: string
  readonly isThere: () => Promise<boolean>
}

/** Where it may, it installs; elsewhere it says what to install by hand. */
export const installWithApt = async ({ engine, name, what, isThere }: Wanted, say: Say): Promise<void> => {
  const byHand = `${engine} needs ${what}: install it (Debian: apt-get install ${name})`
  if (process.getuid?.() !== 0 || !(await works('apt-get'))) throw new Error(byHand)
  say(`${engine}: installing ${name} with apt-get, because this machine has no ${what}`)
  const options = ['-o', 'DPkg::Lock::Timeout=300', '-qq']
  const install = [...options, 'install', '-y', '--no-install-recommends', name]
  const update = await run('apt-get', [...options, 'update'], import.meta.dirname)
  const installed = await run(
    'env',
    ['DEBIAN_FRONTEND=noninteractive', 'apt-get', ...install],
    import.meta.dirname,
  )
  if (!(await isThere())) throw new Error(`${byHand}\n${update.output}\n${installed.output}`)
}

export const works = async (command: string): Promise<boolean> =>
  (await run(command, ['--version'], import.meta.dirname)).code === 0
