import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseResourceText } from '@mcp-sentinel/resources/text'
import { expect, onTestFinished, test } from 'vitest'
import { apply, clusterAt, pathOf, strict } from '../../resources/src/contract-tests/cluster.ts'
import { sampleServer, seedResources } from './sample-resources.ts'

const kubeconfig = process.env['KUBE_TEST_CONFIG'] ?? ''

test.runIf(kubeconfig)('a cluster takes the files of the sample as they are written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sample-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const cluster = await clusterAt(kubeconfig)
  onTestFinished(() => cluster.close())
  const { namespace } = sampleServer
  const made = await cluster.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } })
  expect([201, 409]).toContain(made.status)

  await seedResources(join(folder, 'resources'))
  const files = globSync('resources/**/*.yaml', { cwd: folder })
  expect(files).toHaveLength(3)
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8')
    const parsed = parseResourceText(text)
    if (!parsed.ok) throw new Error(`${file} is no resource`)
    const { kind, metadata } = parsed.resource
    const query = { ...strict, fieldManager: 'kubectl', dryRun: 'All' }
    const applied = await cluster.ask('PATCH', pathOf(kind, namespace, metadata.name), {
      ...{ type: apply, query, body: text },
    })
    expect(applied, file).toMatchObject({ status: 201, body: { metadata: { namespace } } })
  }
})
