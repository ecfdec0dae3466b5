/** Why a guard cannot be had. Public: codes are added, never changed. */
export const gatewayErrorCodes = [
  /** There is no policy: it cannot be read, or says what no policy may. */
  'policy_unreadable',
] as const

export type GatewayErrorCode = (typeof gatewayErrorCodes)[number]

export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: GatewayErrorCode

  constructor(code: GatewayErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
