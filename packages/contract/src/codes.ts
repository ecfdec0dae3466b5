/**
 * Every code that an answer of the API may bear as its `error`, with its status. Public: codes are added, never changed.
 */
export const apiCodes = {
  bad_request: 400,
  invalid_json: 400,
  /** `details.issues` names each fault with its place. */
  invalid_request_body: 400,
  invalid_query_param: 400,
  invalid_path_param: 400,
  unauthorized: 401,
  /** The account or its password is wrong; which of them, nobody is told. */
  credentials_invalid: 401,
  refresh_invalid: 401,
  /** The refresh token was used before: everything that came from the same login is revoked. */
  refresh_replayed: 401,
  forbidden: 403,
  /** The key that was presented is narrowed to other things. */
  scope_missing: 403,
  /** A browser asks for another site's page; its session is not for that. */
  cross_origin: 403,
  /** The identity provider does not vouch for the address. */
  email_unverified: 403,
  /** Accounts are made by administrators here. */
  signup_closed: 403,
  /** No grant lets this person use the server by this agent. */
  no_grant: 403,
  /** It was taken back, and only who administers the server lifts that. */
  session_revoked: 403,
  not_found: 404,
  method_not_allowed: 405,
  timeout: 408,
  conflict: 409,
  email_taken: 409,
  /** Nobody could govern any more. */
  last_admin: 409,
  keys_too_many: 409,
  /** Not on this machine: there is no cluster. */
  unsupported: 409,
  /** The object is there and cannot be read; it is left alone until somebody mends it. */
  unreadable: 409,
  /** The caller may have as many servers as they may, and has them. */
  active_server_limit_reached: 429,
  /** Too soon after the last publish; `details.next_allowed_at` says when. */
  server_push_cooldown_active: 429,
  too_large: 413,
  unsupported_media_type: 415,
  too_many_requests: 429,
  headers_too_large: 431,
  internal: 500,
  shutting_down: 503,
  /** The event store. */
  analytics_unavailable: 503,
  /** The database of accounts. */
  platform_unavailable: 503,
  /** The store of servers, grants and sessions. */
  resources_unavailable: 503,
  /** What runs the components. */
  workloads_unavailable: 503,
  /** Who verifies the tokens that come from elsewhere. */
  identity_provider_unavailable: 503,
  /** As much as can be is under way already. */
  overloaded: 503,
} as const satisfies Readonly<Record<string, number>>

export type ApiCode = keyof typeof apiCodes

/** What any endpoint may answer. */
export const commonCodes = [
  'bad_request',
  'invalid_query_param',
  'unauthorized',
  'forbidden',
  'scope_missing',
  'cross_origin',
  'method_not_allowed',
  'timeout',
  'headers_too_large',
  'internal',
  'shutting_down',
  'platform_unavailable',
  'identity_provider_unavailable',
] as const satisfies readonly ApiCode[]
