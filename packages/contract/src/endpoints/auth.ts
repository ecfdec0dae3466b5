import { changePassword, logout, me, startSession } from './auth/session.ts'
import { login, oidc, refresh, signup } from './auth/tokens.ts'

export const auth = { signup, login, oidc, refresh, me, startSession, logout, changePassword }
