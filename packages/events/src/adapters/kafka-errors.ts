import { EventError } from '../errors.ts'

/** What kafkajs says beside its message: protocol errors have a type, a wrapped one has a cause. */
interface Fault {
  readonly name?: unknown
  readonly type?: unknown
  readonly retriable?: unknown
  readonly cause?: unknown
}

const tooLarge = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']
const refused = ['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS', 'FENCED_INSTANCE_ID']
/** Only a person heals these. */
const hopeless =
  /^(.*_AUTHORIZATION_FAILED|.*SASL.*|INVALID_(TOPIC_EXCEPTION|GROUP_ID|TIMESTAMP|SESSION_TIMEOUT|RECORD|REQUEST)|UNSUPPORTED_.*|POLICY_VIOLATION|SECURITY_DISABLED)$/
const hopelessNames = ['KafkaJSSASLAuthenticationError', 'KafkaJSNotImplemented', 'TypeError', 'RangeError']

/** kafkajs wraps what a broker answered when it gives up, more than once at times. */
const chainOf = (error: unknown): Fault[] => {
  const chain: Fault[] = []
  for (let at = error; at instanceof Error && !chain.includes(at); at = at.cause) chain.push(at)
  return chain
}

const hasType = (chain: readonly Fault[], isOne: (type: string) => boolean): boolean =>
  chain.some(({ type }) => typeof type === 'string' && isOne(type))

/** One error class for what kafkajs throws, from types and names, never from message text. */
export const eventErrorOf = (cause: unknown, doing: string): EventError => {
  if (cause instanceof EventError) return cause
  const chain = chainOf(cause)
  if (hasType(chain, (type) => tooLarge.includes(type)))
    return new EventError('too_large', `${doing}: larger than the topic's max.message.bytes`, { cause })
  if (hasType(chain, (type) => refused.includes(type)))
    return new EventError('claim_lost', `${doing}: the group has gone on without this member`, { cause })
  const retryable =
    !hasType(chain, (type) => hopeless.test(type)) &&
    !chain.some(({ name }) => hopelessNames.includes(String(name)))
  return new EventError('log_unavailable', `${doing}: the brokers did not do it`, { cause, retryable })
}
