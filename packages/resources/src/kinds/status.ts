import { z } from 'zod'
import { flag, list, text } from './fields.ts'

const condition = z.looseObject({
  type: text(),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: text(),
  message: text(32_768),
  observedGeneration: z.int().optional(),
  lastTransitionTime: text(64),
})

/** Written by operators, ours or another's, of any age: what it holds beyond this is nobody's fault. */
export const accessStatus = z.looseObject({
  phase: text().optional(),
  message: text(32_768).optional(),
  conditions: list(condition, 64),
})

export const serverStatus = accessStatus.extend({
  deploymentReady: flag,
  serviceReady: flag,
  ingressReady: flag,
  gatewayReady: flag,
  policyReady: flag,
  canaryReady: flag,
  policyRevision: text().optional(),
})

export type ResourceStatus = z.output<typeof accessStatus>
export type MCPServerStatus = z.output<typeof serverStatus>
