import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { makeSampleCall, sampleCalls } from '../sample-calls.ts'
import { liveIn } from './lived-in/lived-in.ts'
import { layoutFaults, places, settle, themes, widths } from './places.ts'
import { lookAt, openStack, signIn } from './stack.ts'

/** What people have made of it. */
const livedIn = [
  '/access?view=sessions',
  '/access?view=who&server=mcp-team-payments/billing-ledger',
  '/access?view=what-if&server=mcp-servers/workspace-assistant',
  '/teams/payments',
]
const shown = [...places, ...livedIn]

/** Pictures of every place, in both themes and both widths; ends with 1 when one of them shows what nobody should see. */
const [folder = 'artifacts', chromiumPath] = process.argv.slice(2)
await mkdir(folder, { recursive: true })
const stack = await openStack()
const sight = await lookAt(stack, chromiumPath)
const faults: string[] = []
try {
  await liveIn(stack)
  for (let round = 0; round < 8; round += 1)
    for (const call of sampleCalls) await makeSampleCall(sight.stack.url, call)
  for (const theme of themes)
    for (const [size, viewport] of Object.entries(widths)) {
      const { page, complaints } = await sight.open({ viewport, colorScheme: theme, reducedMotion: 'reduce' })
      const take = async (name: string) => {
        await settle(page)
        const picture = `${
          name
            .replace(/&server=.*/, '')
            .replace(/[^a-z-]+/g, '-')
            .replace(/^-/, '') || 'overview'
        }.${theme}.${size}.png`
        await page.screenshot({ path: join(folder, picture) })
        for (const fault of [...(await layoutFaults(page)), ...complaints.splice(0)])
          faults.push(`${picture}: ${fault}`)
      }
      await page.goto(sight.stack.origin)
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      await take('sign-in')
      await signIn(page, sight.admin)
      await page.getByRole('heading', { name: 'Overview' }).waitFor()
      for (const place of shown) {
        await page.goto(`${sight.stack.origin}${place}`)
        await take(place)
      }
      await page.goto(`${sight.stack.origin}/events?decision=deny`)
      await page.getByRole('row').filter({ hasText: 'delete_document' }).first().click()
      await page.getByRole('dialog', { name: 'Decision' }).waitFor()
      await take('decision')
    }
} finally {
  await sight.close().finally(stack.close)
}
for (const fault of faults) console.error(fault)
console.log(
  `${(shown.length + 2) * themes.length * Object.keys(widths).length} pictures in ${folder}, ${faults.length} faults`,
)
process.exitCode = faults.length === 0 ? 0 : 1
