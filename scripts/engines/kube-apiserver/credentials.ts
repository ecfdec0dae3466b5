import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Credentials {
  /** Where the server keeps a certificate that it makes for itself on its first start. */
  readonly certificates: string
  readonly tokens: string
  readonly adminToken: string
  /** Signs the tokens of service accounts. */
  readonly serviceAccountKey: string
}

/** Files that only their owner may read. */
const secret = { mode: 0o600 }

export const writeCredentials = (folder: string): Credentials => {
  const adminToken = randomBytes(24).toString('base64url')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const tokens = join(folder, 'tokens.csv')
  const serviceAccountKey = join(folder, 'service-account.key')
  writeFileSync(tokens, `${adminToken},admin,admin,system:masters\n`, secret)
  writeFileSync(serviceAccountKey, privateKey.export({ type: 'sec1', format: 'pem' }), secret)
  return { certificates: join(folder, 'certificates'), tokens, adminToken, serviceAccountKey }
}

/** What the server's certificate is to be checked against, once the server has made it. */
export const authorityOf = ({ certificates }: Credentials): string | undefined => {
  const file = join(certificates, 'apiserver.crt')
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** For tests, and for `kubectl --kubeconfig`. YAML takes JSON. */
export const writeKubeconfig = (file: string, server: string, authority: string, token: string): void => {
  const data = Buffer.from(authority).toString('base64')
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'engine', cluster: { server, 'certificate-authority-data': data } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'engine', context: { cluster: 'engine', user: 'admin' } }],
    'current-context': 'engine',
  }
  writeFileSync(file, `${JSON.stringify(kubeconfig, null, 2)}\n`, secret)
}
