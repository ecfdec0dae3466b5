import type { Endpoints } from '@mcp-sentinel/contract'
import type { Engines } from '../engines.ts'
import type { Routes } from '../serving/route.ts'

export const keysRoutes = (_engines: Engines): Routes<Endpoints['keys']> => ({})
