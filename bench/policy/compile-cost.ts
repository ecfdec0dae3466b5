import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { compile } from '@mcp-sentinel/policy'
import { nsPerCall } from '../measure.ts'
import { type Figures, type Options, rounded } from '../report.ts'
import { mixedRules } from './documents.ts'

const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

const usedBytes = (): number => {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** What it takes to make 100,000 grants and as many sessions ready, and to keep them so, besides the document. */
export const compileCost = ({ quick }: Options): Figures => {
  const document = mixedRules(100_000)
  const before = usedBytes()
  const policy = compile(document)
  const mib = (usedBytes() - before) / 2 ** 20
  const ns = nsPerCall({ calls: 1, run: () => compile(document).grants.agents.size }, quick ? 3 : 9, 1)
  console.log(
    `\nCompiling ${policy.document.grants?.length.toLocaleString('en')} grants of three shapes and as many sessions`,
  )
  console.log(`  ${(ns / 1e6).toFixed(0)} ms; ${mib.toFixed(0)} MiB besides the document`)
  return { compile_100000_ms: rounded(ns / 1e6), compiled_100000_mib: rounded(mib) }
}
