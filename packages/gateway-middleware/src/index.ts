export { type Definitions, definitionDigest, definitionsOf } from './definitions.ts'
export type { Era } from './era.ts'
export { GatewayError, type GatewayErrorCode, gatewayErrorCodes } from './errors.ts'
export type { Answer, Body, Exchange } from './exchange.ts'
export {
  type Admission,
  createGateway,
  type Gateway,
  type GatewayOptions,
  type Passed,
  type Refused,
} from './gateway.ts'
export type { Identified, Identify, Known, Unidentified } from './identify.ts'
export type { InspectedCall } from './inspect.ts'
export type { Show } from './listing.ts'
export type { Look } from './look.ts'
export type { Call } from './message.ts'
export type { PolicySource, PolicyStatus } from './policy-source.ts'
export type { End, ServerLabels } from './record.ts'
export type { Intent, Recorder } from './recorder.ts'
export type { DenialStyle } from './refusal.ts'
export type {
  IncomingTrace,
  RequestSpan,
  RequestTracer,
  SpanDecision,
  SpanEnd,
} from './request-tracer.ts'
export type { Target } from './target.ts'
