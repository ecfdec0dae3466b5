import { parentPort, workerData } from 'node:worker_threads'
import { findDifferences } from '../../packages/policy/src/law-tests/differential.ts'
import type { Part } from '../policy-differential.ts'

const { pairs, seed } = workerData as Part
const stride = 5_000
let told = 0
const found = findDifferences(pairs, seed, (done) => {
  if (done - told < stride && done < pairs) return
  parentPort?.postMessage(done - told)
  told = done
})
parentPort?.postMessage(found)
