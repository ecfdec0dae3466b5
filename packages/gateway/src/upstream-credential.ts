import type { Passed } from '@mcp-sentinel/gateway-middleware'
import type { CompiledPolicy } from '@mcp-sentinel/policy'

/** With what right the server behind us is called. The caller's own token ends here, unless somebody says otherwise. */
export interface UpstreamCredential {
  /** Headers that never go on as the client sent them, in lower case. */
  readonly withheld: (policy: CompiledPolicy) => readonly string[]
  /** What is sent in their place. */
  readonly headersFor: (passed: Passed) => Readonly<Record<string, string>>
}

export interface UpstreamCredentialOptions {
  /** The caller's token goes on: only where gateway and server are one resource of one audience. */
  readonly passthrough?: boolean | undefined
  /** The token that `upstream_token_ref` of a session names. */
  readonly tokenOf?: ((ref: string) => string | undefined) | undefined
}

export const createUpstreamCredential = ({
  passthrough = false,
  tokenOf = () => undefined,
}: UpstreamCredentialOptions): UpstreamCredential => ({
  withheld: ({ document }) =>
    passthrough
      ? []
      : ['authorization', document.auth?.token_header ?? '', headerOf(document)].map((name) =>
          name.toLowerCase(),
        ),
  headersFor: ({ policy, caller, session }) => {
    const ref = caller.session ? session()?.upstream_token_ref : undefined
    const token = ref && tokenOf(ref)
    if (!token) return {}
    const header = headerOf(policy.document).toLowerCase()
    return { [header]: header === 'authorization' ? `Bearer ${token}` : token }
  },
})

const headerOf = ({ session }: CompiledPolicy['document']): string =>
  session?.upstream_token_header || 'Authorization'
