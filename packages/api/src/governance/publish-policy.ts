import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import type { MCPServer } from '@mcp-sentinel/resources'
import type { Caller } from '../caller.ts'
import type { Engines } from '../engines.ts'
import { problem } from '../problems.ts'
import { publisherOf } from './administered.ts'
import { given } from './items.ts'

export type PublishPolicy = ResponseOf<Endpoints['servers']['list']>['publish_policy']

export const pushedAt = 'platform.mcpruntime.org/last-push-at'
export const pushedBy = 'platform.mcpruntime.org/last-push-by'

/** Whether the caller may publish a server now, beside all that there are. */
export const publishPolicyOf = (
  { platform, clock }: Engines,
  { role, user }: Caller,
  servers: readonly MCPServer[],
): PublishPolicy => {
  const { activeServersMax, publishCooldownMs } = platform
  const isBound = role !== 'admin'
  const count = user === undefined ? 0 : servers.filter((one) => publisherOf(one) === user.id).length
  const nextAt = isBound ? lastPush(servers, user?.id) + publishCooldownMs : 0
  const isCooling = publishCooldownMs > 0 && nextAt > clock()
  const isFull = isBound && activeServersMax > 0 && count >= activeServersMax
  return {
    active_server_limit: activeServersMax,
    active_server_count: count,
    active_server_limit_enabled: isBound && activeServersMax > 0,
    can_publish: !isFull && !isCooling && (user !== undefined || !isBound),
    push_cooldown: `${publishCooldownMs / 1000}s`,
    push_cooldown_seconds: publishCooldownMs / 1000,
    push_cooldown_enabled: isBound && publishCooldownMs > 0,
    ...given({ next_allowed_at: isCooling ? new Date(nextAt).toISOString() : undefined }),
  }
}

const lastPush = (servers: readonly MCPServer[], userId: string | undefined): number =>
  Math.max(
    0,
    ...servers
      .map(({ metadata }) => metadata.annotations ?? {})
      .filter((notes) => userId !== undefined && notes[pushedBy] === userId)
      .map((notes) => Date.parse(notes[pushedAt] ?? '') || 0),
  )

/** Throws why it is too much, or too soon. */
export const refuseBeyond = (policy: PublishPolicy, isNew: boolean, now: number): void => {
  const { active_server_limit, active_server_count, next_allowed_at } = policy
  if (isNew && policy.active_server_limit_enabled && active_server_count >= active_server_limit)
    throw problem(
      'active_server_limit_reached',
      `you have ${active_server_count} servers of ${active_server_limit} that you may have: retire one first`,
      { details: { active_server_limit, active_server_count } },
    )
  if (next_allowed_at === undefined) return
  throw problem(
    'server_push_cooldown_active',
    `you published a moment ago; the next may be at ${next_allowed_at}`,
    {
      details: { next_allowed_at },
      retryAfterS: Math.max(1, Math.ceil((Date.parse(next_allowed_at) - now) / 1000)),
    },
  )
}
