/** What an ingest token binds its bearer to: it may speak for this server and no other. */
export interface ServerBinding {
  readonly namespace: string
  readonly server: string
}

/** Who a caller has proven to be. */
export type Principal =
  | { readonly kind: 'anonymous'; readonly keyId: '' }
  /** `keyId` names the key and tells nothing of it. */
  | { readonly kind: 'api-key'; readonly keyId: string }
  | {
      readonly kind: 'bearer'
      /** Issuer and subject. */
      readonly keyId: string
      readonly issuer: string
      readonly subject: string
      readonly claims: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'server'; readonly keyId: string; readonly binding: ServerBinding }

export const rejectionCodes = ['missing_credential', 'invalid_credential', 'provider_unavailable'] as const

/** Why nobody was proven. `provider_unavailable` is no fault of the caller's: it is worth trying again. */
export type RejectionCode = (typeof rejectionCodes)[number]

export type Authentication =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly code: RejectionCode; readonly message: string }

export const proven = (principal: Principal): Authentication => ({ ok: true, principal })
export const rejected = (code: RejectionCode, message: string): Authentication => ({
  ok: false,
  code,
  message,
})
