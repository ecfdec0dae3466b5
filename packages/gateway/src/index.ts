export { createUpstream, type Upstream, type UpstreamOptions } from './forward.ts'
export { createOnwardSpans, createRequestTracer, type StartOnward } from './request-spans.ts'
export { createSessionIds, type SessionIds, type SessionKey } from './session-id.ts'
export { createSidecar, type SidecarOptions } from './sidecar.ts'
export {
  createUpstreamCredential,
  type UpstreamCredential,
  type UpstreamCredentialOptions,
} from './upstream-credential.ts'
