import { expect, test } from 'vitest'
import { regionOf, synced } from './snippets.ts'

const example = `import { evaluate } from './index.ts'

//#region deny
  if (evaluate()) {
    stop()
  }
//#endregion

// #region other
go()
// #endregion
`
const read = (source: string): string | undefined => (source === './src/a.examples.ts' ? example : undefined)
const fence = (body: string, region = 'deny'): string =>
  `# A\n\n\`\`\`ts source="./src/a.examples.ts#${region}"\n${body}\`\`\`\n`

test('a region loses its margin and keeps its shape', () => {
  expect(regionOf(example, 'deny')).toBe('if (evaluate()) {\n  stop()\n}\n')
  expect(regionOf(example, 'other')).toBe('go()\n')
  expect(regionOf(example, 'nowhere')).toBeUndefined()
})

test('a fence that equals its region is left alone', () => {
  const readme = fence('if (evaluate()) {\n  stop()\n}\n')
  expect(synced(readme, read)).toEqual({ faults: [], mended: readme })
})

test('a stale fence is a fault with its line, and is mended', () => {
  const { faults, mended } = synced(fence('stop()\n'), read)
  expect(faults).toEqual([{ line: 3, why: expect.stringContaining('differs from ./src/a.examples.ts#deny') }])
  expect(mended).toBe(fence('if (evaluate()) {\n  stop()\n}\n'))
})

test('an empty fence is filled, and a dollar sign in the region is no replacement pattern', () => {
  const money = (): string => "//#region deny\npay('$&')\n//#endregion\n"
  expect(synced(fence(''), money).mended).toBe(fence("pay('$&')\n"))
})

test('a region and a file that are not there are named', () => {
  expect(synced(fence('', 'gone'), read).faults[0]?.why).toBe('./src/a.examples.ts has no //#region gone')
  expect(synced('```ts source="./b.ts#x"\n```\n', read).faults[0]?.why).toBe('./b.ts is not there')
})

test('fences of other languages need no source', () => {
  expect(synced('```sh\nnpm test\n```\n\n```yaml\na: 1\n```\n', read).faults).toEqual([])
})
