import { open, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { EventError } from '../errors.ts'

/** Where a group stands. */
export interface GroupState {
  readonly epoch: number
  readonly committed: number
}

const groupName = /^[a-z0-9][-._a-z0-9]{0,127}$/i

export const parseGroupName = (group: string): string => {
  if (!groupName.test(group))
    throw new EventError('group_name_invalid', `${JSON.stringify(group)} is no name of a group`)
  return group
}

const pathOf = (directory: string, group: string): string => join(directory, `${group}.group`)

export const readGroup = async (directory: string, group: string): Promise<GroupState | undefined> => {
  let text: string
  try {
    text = await readFile(pathOf(directory, group), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const [, epoch, committed] = /^epoch (\d+)\ncommitted (\d+)\n$/.exec(text) ?? []
  if (epoch === undefined)
    throw new EventError('segment_corrupt', `${pathOf(directory, group)} does not say where its group stands`)
  return { epoch: Number(epoch), committed: Number(committed) }
}

export const listGroups = async (directory: string): Promise<readonly string[]> =>
  (await readdir(directory))
    .filter((name) => name.endsWith('.group'))
    .map((name) => name.slice(0, -'.group'.length))

/** Written aside and renamed, so that after a crash it says either where the group stood or where it stands. */
export const writeGroup = async (
  directory: string,
  group: string,
  { epoch, committed }: GroupState,
): Promise<void> => {
  const path = pathOf(directory, group)
  const file = await open(`${path}.new`, 'w')
  try {
    await file.writeFile(`epoch ${epoch}\ncommitted ${committed}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  const folder = await open(directory, 'r')
  await folder.sync().finally(() => folder.close())
}
