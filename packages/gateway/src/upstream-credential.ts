import type { Passed } from '@mcp-sentinel/gateway-middleware'
import type { Caller, CompiledPolicy } from '@mcp-sentinel/policy'

/** With what right the server behind us is called. The caller's own token ends here, unless somebody says otherwise. */
export interface UpstreamCredential {
  /** Headers that never go on as the client sent them. */
  readonly withheld: (policy: CompiledPolicy) => readonly string[]
  /** What is sent in their place. */
  readonly headersFor: (passed: Passed) => Readonly<Record<string, string>>
}

export interface UpstreamCredentialOptions {
  /** The caller's token goes on: only where gateway and server are one resource of one audience. */
  readonly passthrough?: boolean | undefined
  /** The token that `upstream_token_ref` of a session names. */
  readonly tokenOf?: ((ref: string) => string | undefined) | undefined
  /** Says who calls, signed by us, in `identityHeader`. */
  readonly statementOf?: ((caller: Caller) => string) | undefined
}

/** Holds what we have signed; what a client sends by this name stops here. */
const identityHeader = 'x-mcp-identity'

export const createUpstreamCredential = (options: UpstreamCredentialOptions): UpstreamCredential => {
  const { passthrough = false, tokenOf = () => undefined, statementOf } = options

  const tokenFor = ({ policy, caller, session }: Passed): Readonly<Record<string, string>> => {
    // The caller's own goes on: there must not be two.
    const ref = caller.session && !passthrough ? session()?.upstream_token_ref : undefined
    const token = ref && tokenOf(ref)
    if (!token) return {}
    const header = headerOf(policy.document).toLowerCase()
    return { [header]: header === 'authorization' ? `Bearer ${token}` : token }
  }

  return {
    withheld: ({ document }) => [
      identityHeader,
      ...(passthrough ? [] : ['authorization', document.auth?.token_header ?? '', headerOf(document)]),
    ],
    headersFor: (passed) =>
      statementOf === undefined
        ? tokenFor(passed)
        : { ...tokenFor(passed), [identityHeader]: statementOf(passed.caller) },
  }
}

const headerOf = ({ session }: CompiledPolicy['document']): string =>
  session?.upstream_token_header || 'Authorization'
