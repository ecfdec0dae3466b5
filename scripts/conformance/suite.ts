import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Results, readResults } from './results.ts'

export interface SuiteRun {
  readonly results: Results
  /** By the suite's own judgement: whether all passed that is required. */
  readonly conforms: boolean
  /** What it printed, for the case that there are no results. */
  readonly output: string
}

const suite = fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/dist/index.js'))
const runMsMax = 120_000

/** Runs what a version of the protocol requires, and what is run beside it without counting, against a server. */
export const runSuite = async (url: string, requirements: string): Promise<SuiteRun> => {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  const args = [suite, 'server', '--url', url, '--requirements', requirements, '-o', folder]
  try {
    return await new Promise<SuiteRun>((resolve) => {
      execFile(process.execPath, args, { timeout: runMsMax, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
        resolve({ results: readResults(folder), conforms: error === null, output: stdout + stderr }),
      )
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}
