import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../run.ts'
import { cached } from '../cache.ts'
import type { Say } from '../engine.ts'

const folder = import.meta.dirname
const goMod = join(folder, 'go.mod')
const commands = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
}

/** Gives the folder of etcd and kube-apiserver, built from their Go modules when the cache has them not. */
export const installKubernetes = async (say: Say): Promise<string> => {
  const version = pinnedVersion()
  const go = await goVersion()
  return cached({
    name: `kubernetes-${version}-${go}`,
    pin: goMod,
    async bring(arriving, built) {
      say(`kubernetes: building Kubernetes ${version} and its etcd with ${go} into ${built}, once; minutes`)
      for (const [name, module] of Object.entries(commands)) {
        const flags = ['-trimpath', '-ldflags', `-s -w ${versionFlag}=${version}`]
        const build = ['go', 'build', ...flags, '-o', join(arriving, name), module]
        // What else runs meanwhile may be held to its time; this is not.
        const { code, output } = await run('nice', build, folder)
        if (code !== 0) throw new Error(`Go built no ${name} ${version}:\n${output}`)
      }
    },
  })
}

// Its own scripts say it like this; built without, it would call itself 0.0.0.
const versionFlag = '-X k8s.io/component-base/version.gitVersion'

const pinnedVersion = (): string => {
  const version = /^\s*k8s\.io\/kubernetes (v\S+)/m.exec(readFileSync(goMod, 'utf8'))?.[1]
  if (version === undefined) throw new Error(`${goMod} names no k8s.io/kubernetes`)
  return version
}

/** The one that builds here. From 1.21 on, Go fetches by itself the one that go.mod asks for. */
const goVersion = async (): Promise<string> => {
  const { code, output } = await run('go', ['env', 'GOVERSION'], folder)
  if (code !== 0)
    throw new Error(`kubernetes needs Go 1.21 or newer: install it (https://go.dev/dl)\n${output}`)
  return output
}
