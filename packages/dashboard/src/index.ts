export { createDashboard, type Dashboard, type DashboardOptions } from './dashboard.ts'
export type { OidcOptions } from './oidc/serve-oidc.ts'
export { type SignInErrorCode, signInErrorCodes } from './oidc/sign-in-error.ts'
