import type { Endpoints } from '@mcp-sentinel/contract'
import type { Engines } from '../engines.ts'
import type { Routes } from '../serving/route.ts'
import { sessionRoutes } from './auth/session.ts'
import { tokensRoutes } from './auth/tokens.ts'

export const authRoutes = (engines: Engines): Routes<Endpoints['auth']> => ({
  ...tokensRoutes(engines),
  ...sessionRoutes(engines),
})
