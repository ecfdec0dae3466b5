import { writeFileSync } from 'node:fs'
import { customResourceDefinitions } from '../src/crds.ts'

for (const { file, yaml } of customResourceDefinitions()) {
  writeFileSync(new URL(`../crds/${file}`, import.meta.url), yaml)
  console.log(`crds/${file}`)
}
