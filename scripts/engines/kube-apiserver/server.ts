import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Child, startChild } from '../child.ts'
import type { Engine, RunningEngine } from '../engine.ts'
import { freePorts } from '../free-ports.ts'
import { apiServerAt } from './client.ts'
import { authorityOf, type Credentials, writeCredentials, writeKubeconfig } from './credentials.ts'
import { installKubernetes } from './install.ts'

const readyWithinMs = 90_000
const askEveryMs = 50
const askedWithinMs = 5000
const portTriesMax = 3
const logShownChars = 3000

/**
 * Not KUBECONFIG: that one leads to clusters that people work on, and tests write to theirs.
 * What controllers do is not done here: no pods run, no namespace goes away, nothing is collected.
 */
export const kubernetes: Engine = {
  about: 'Kubernetes: one API server and its etcd, no controllers',
  variables: ['KUBE_TEST_CONFIG'],
  async install(say) {
    await installKubernetes(say)
  },
  async start(say) {
    const programs = await installKubernetes(say)
    for (let tries = 1; ; tries += 1) {
      try {
        return await startCluster(programs)
      } catch (error) {
        // Somebody else took a port between its choice and its use.
        if (tries === portTriesMax || !String(error).includes('address already in use')) throw error
      }
    }
  },
}

const startCluster = async (programs: string): Promise<RunningEngine> => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-sentinel-kubernetes-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const [port = 0, etcdPort = 0] = await freePorts(2)
  const [server, etcd] = [`https://127.0.0.1:${port}`, `http://127.0.0.1:${etcdPort}`]
  const kubeconfig = join(folder, 'kubeconfig')
  const credentials = writeCredentials(folder)
  let children: readonly Child[] = []

  const startOne = async (name: string, args: Readonly<Record<string, string | number>>) => {
    const place = { folder, log: join(folder, `${name}.log`) }
    const flags = Object.entries(args).map(([flag, value]) => `--${flag}=${value}`)
    const child = await startChild(join(programs, name), flags, place)
    children = [...children, child]
    return { child, name, log: place.log }
  }

  const kill = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.kill()))
    children = []
  }

  const restart = async (): Promise<void> => {
    try {
      const store = await startOne('etcd', etcdFlags(etcd, join(folder, 'etcd')))
      await whenServing(store, () => etcdServes(etcd))
      const api = await startOne('kube-apiserver', serverFlags(port, etcd, credentials))
      await whenServing(api, () => serverServes(server, credentials))
    } catch (error) {
      await kill()
      throw error
    }
  }

  try {
    await restart()
    writeKubeconfig(kubeconfig, server, authorityOf(credentials) ?? '', credentials.adminToken)
  } catch (error) {
    remove()
    throw error
  }
  return {
    env: { KUBE_TEST_CONFIG: kubeconfig },
    kill,
    restart,
    async freeze() {
      await Promise.all(children.map((child) => child.freeze()))
    },
    async thaw() {
      await Promise.all(children.map((child) => child.thaw()))
    },
    async stop() {
      await kill()
      remove()
    },
  }
}

const etcdFlags = (client: string, data: string) => ({
  'data-dir': data,
  'listen-client-urls': client,
  'advertise-client-urls': client,
  // It has no peers, and listens for them on a port that nobody is told.
  'listen-peer-urls': 'http://127.0.0.1:0',
  // What is killed here is a process, never the machine: what it wrote is kept by the system.
  'unsafe-no-fsync': 'true',
  'log-level': 'warn',
})

const serverFlags = (port: number, etcd: string, credentials: Credentials) => ({
  'bind-address': '127.0.0.1',
  'advertise-address': '127.0.0.1',
  'secure-port': port,
  'cert-dir': credentials.certificates,
  'etcd-servers': etcd,
  'token-auth-file': credentials.tokens,
  'authorization-mode': 'RBAC',
  'service-account-issuer': 'https://kubernetes.default.svc',
  'service-account-key-file': credentials.serviceAccountKey,
  'service-account-signing-key-file': credentials.serviceAccountKey,
  'service-cluster-ip-range': '10.0.0.0/24',
  // It would publish its address for pods to find, and refuses to publish a loopback address.
  'endpoint-reconciler-type': 'none',
})

interface Started {
  readonly name: string
  readonly child: Child
  readonly log: string
}

/** Asks until it gives true; else rejects, with the end of the log. */
const whenServing = async ({ name, child, log }: Started, serves: () => Promise<true | string>) => {
  const began = Date.now()
  let dead: string | undefined
  void child.ended.then((how) => (dead = `${name} ${how} before it served`))
  for (;;) {
    const answer = await serves().catch(String)
    if (answer === true) return
    const late = Date.now() - began > readyWithinMs
    const fault = dead ?? (late ? `${name} did not serve within ${readyWithinMs / 1000} s: ${answer}` : '')
    if (fault !== '')
      throw new Error(`${fault}. The end of its log:\n${readFileSync(log, 'utf8').slice(-logShownChars)}`)
    await wait(askEveryMs)
  }
}

const etcdServes = async (etcd: string): Promise<true | string> => {
  const response = await fetch(`${etcd}/readyz`, { signal: AbortSignal.timeout(askedWithinMs) })
  return response.ok || (await response.text())
}

const serverServes = async (server: string, credentials: Credentials): Promise<true | string> => {
  const ca = authorityOf(credentials)
  if (ca === undefined) return 'it has no certificate yet'
  const api = apiServerAt({ server, ca, token: credentials.adminToken })
  try {
    const { status, body } = await api.ask('GET', '/readyz', { withinMs: askedWithinMs })
    return status === 200 || JSON.stringify(body)
  } finally {
    api.close()
  }
}
