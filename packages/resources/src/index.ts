export {
  type Condition,
  type RenderedReason,
  renderedReasons,
  type Verdict,
  withCondition,
} from './conditions.ts'
export { ResourceError, type ResourceErrorCode, resourceErrorCodes } from './errors.ts'
export type { MCPAccessGrant } from './kinds/mcp-access-grant.ts'
export type { MCPAgentSession } from './kinds/mcp-agent-session.ts'
export type { MCPServer } from './kinds/mcp-server.ts'
export { apiVersion } from './kinds/metadata.ts'
export type { MCPServerStatus, ResourceStatus } from './kinds/status.ts'
export {
  type Kind,
  kinds,
  type ParsedResource,
  parseResource,
  type Resource,
  type ResourceOf,
} from './parse.ts'
export { issuesMax, type ResourceIssue } from './reading/issue.ts'
export { endedKeptMs } from './render/candidate.ts'
export type { Finding } from './render/finding.ts'
export type { RenderedPolicy } from './render/finished.ts'
export { type RenderOptions, renderPolicy } from './render-policy.ts'
export type {
  Change,
  Listing,
  MergePatch,
  ObjectKey,
  ResourceStore,
  Unreadable,
  WatchOptions,
} from './store.ts'
