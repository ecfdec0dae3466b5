export {
  type ChainStart,
  type Checkpoint,
  type Gap,
  signedText,
} from './build.ts'
export { canonicalJson } from './canonical-json.ts'
export {
  type Chain,
  type ChainOptions,
  type ChainPosition,
  type CheckpointKey,
  createChain,
  headAfter,
} from './chain.ts'
export {
  chainCharsMax,
  type Decoded,
  type Decoding,
  decodeEnvelope,
  disclosuresMax,
  encodeEnvelope,
  eventBytesMax,
  labelCharsMax,
  type Rejection,
  type RejectionCode,
  rejectionCodes,
} from './codec.ts'
export { commitmentOf, disclose, provesCommitment } from './commit.ts'
export {
  type AuditHead,
  type Disclosure,
  type Envelope,
  type EventType,
  eventTypes,
  type RequestRecord,
  type TraceContext,
} from './envelope.ts'
export { EventError, type EventErrorCode, eventErrorCodes } from './errors.ts'
export { createIds, isUuid } from './ids.ts'
export type { Claim, EventLog, LogConsumer, LogEntry, LogRecord, ReadLimits, Tail } from './log.ts'
export {
  type EventTime,
  eventTime,
  logHeaders,
  timestampAgeMsMax,
  timestampLeadMsMax,
} from './log-headers.ts'
export { redact, redacted } from './redact.ts'
export type { Delivery, EventSink, RejectedEvent } from './sink.ts'
export {
  type Break,
  type BreakKind,
  type Verification,
  type VerifiedChain,
  type VerifyOptions,
  verifyChains,
} from './verify.ts'
