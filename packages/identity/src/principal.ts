/** What an ingest token binds its bearer to: it may speak for this server and no other. */
export interface ServerBinding {
  readonly namespace: string
  readonly server: string
}

export const callerMembers = ['human', 'agent', 'team', 'session'] as const

/** Whom an adapter says that it speaks for. */
export type AssertedCaller = { readonly [Name in (typeof callerMembers)[number]]?: string }

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
  | { readonly kind: 'adapter'; readonly keyId: string; readonly caller: AssertedCaller }

export const rejectionCodes = ['missing_credential', 'invalid_credential', 'provider_unavailable'] as const

/** Why nobody was proven. `provider_unavailable` is no fault of the caller's: it is worth trying again. */
export type RejectionCode = (typeof rejectionCodes)[number]

export type Authentication =
  | {
      readonly ok: true
      readonly principal: Principal
      /** When the proof ends, in epoch milliseconds; what does not end has none. */
      readonly expiresAt?: number | undefined
    }
  | { readonly ok: false; readonly code: RejectionCode; readonly message: string }

export const proven = (principal: Principal, expiresAt?: number): Authentication => ({
  ok: true,
  principal,
  ...(expiresAt === undefined ? {} : { expiresAt }),
})
export const rejected = (code: RejectionCode, message: string): Authentication => ({
  ok: false,
  code,
  message,
})
