import type { z } from 'zod'
import { type MCPAccessGrant, mcpAccessGrant } from './kinds/mcp-access-grant.ts'
import { type MCPAgentSession, mcpAgentSession } from './kinds/mcp-agent-session.ts'
import { type MCPServer, mcpServer } from './kinds/mcp-server.ts'
import { apiVersion } from './kinds/metadata.ts'
import { accessFaults } from './reading/access-faults.ts'
import { bounded, listed, type ResourceIssue, shown } from './reading/issue.ts'
import { meant } from './reading/meant.ts'
import { policyFaults } from './reading/policy-faults.ts'
import { sentences } from './reading/sentence.ts'
import { serverFaults } from './reading/server-faults.ts'

export type Resource = MCPServer | MCPAccessGrant | MCPAgentSession
export type Kind = Resource['kind']
export type ResourceOf<K extends Kind> = Extract<Resource, { readonly kind: K }>

export const kinds = ['MCPServer', 'MCPAccessGrant', 'MCPAgentSession'] as const satisfies readonly Kind[]

export type ParsedResource =
  | { readonly ok: true; readonly resource: Resource }
  | { readonly ok: false; readonly issues: readonly ResourceIssue[] }

const shapes: Readonly<Record<Kind, z.ZodType<Resource>>> = {
  MCPServer: mcpServer,
  MCPAccessGrant: mcpAccessGrant,
  MCPAgentSession: mcpAgentSession,
}

/** Reads a resource of any kind from anything. Every fault is told, each with its place, or the resource is good. */
export const parseResource = (input: unknown): ParsedResource => {
  const header = headerFault(input)
  if (header !== undefined) return { ok: false, issues: [header] }
  const { kind, spec } = input as { readonly kind: Kind; readonly spec: unknown }

  const shape = shapes[kind]
  const parsed = shape.safeParse(input)
  const issues = parsed.success ? [] : parsed.error.issues.flatMap((issue) => sentences(issue, input, shape))
  issues.push(...(kind === 'MCPServer' ? serverFaults(spec) : accessFaults(spec)))
  if (parsed.success && issues.length === 0) issues.push(...policyFaults(parsed.data))
  if (parsed.success && issues.length === 0) return { ok: true, resource: parsed.data }
  return { ok: false, issues: bounded(issues) }
}

const headerFault = (input: unknown): ResourceIssue | undefined => {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { pointer: '', message: `expected a resource, found ${shown(input)}` }
  }
  const { apiVersion: version, kind } = input as Readonly<Record<string, unknown>>
  if (version !== apiVersion) {
    return { pointer: '/apiVersion', message: `expected ${apiVersion}, found ${shown(version)}` }
  }
  if (kinds.some((known) => known === kind)) return undefined
  const guess = typeof kind === 'string' ? meant(kind, kinds) : undefined
  const hint = guess === undefined ? '' : `; did you mean ${guess}?`
  return { pointer: '/kind', message: `expected ${listed(kinds)}, found ${shown(kind)}${hint}` }
}
