const event =
  'timestamp trace_id source event_type server namespace team_id cluster human_id agent_id session_id decision tool_name payload'
const totals = 'events allowed denied unique_servers unique_humans unique_agents unique_sessions'
const deployment = 'name namespace replicas ready image user_id created_by labels created_at'
const team = 'id slug name namespace created_at'
const tokens = 'access_token token_type expires_in user.{id email role namespace}'
const entry = 'namespace is_shared team_id team_slug team_name is_public scope scope_name'
const auditLog =
  'id user_id action resource namespace status message actor_ip request_id source auth_identity image_ref server_name deployment_target created_at'
const usage = `totals.{${totals}}
  servers[].{server namespace team_id events allowed denied unique_humans unique_agents last_seen}
  actors[].{human_id agent_id events unique_servers unique_tools denied last_seen}
  tools[].{server tool_name human_id team_id agent_id events denied last_seen}
  decisions[].{decision events}
  series[].{bucket events allowed denied}
  recent[].{timestamp server namespace team_id human_id agent_id session_id decision tool_name event_type}
  window_days filters.{namespaces team_ids server decision tool_name}`
const key = 'id name prefix created_at revoked revoked_at'
const accessItem = 'name namespace serverRef.{name namespace} subject.{humanID agentID teamID} age'
const server = `name namespace uid team_id image imageTag description ready status labels age endpoint
  servicePort generation tools prompts resources tasks access_json authMode`
const publishPolicy =
  'active_server_limit active_server_count active_server_limit_enabled can_publish push_cooldown push_cooldown_seconds push_cooldown_enabled'

/**
 * The members that clients of the Go implementation read, by endpoint; `a.{b c}` is a.b and a.c, `a[]` an entry of a. An
 * answer may have more.
 */
export const promisedFields: Readonly<Record<string, string>> = {
  'auth.signup': tokens,
  'auth.login': tokens,
  'auth.oidc': tokens,
  'auth.me':
    'authenticated sharedCatalogNamespace principal.{role subject email namespace allowedNamespaces} principal.teams[].{id slug name namespace role}',
  'users.create': 'user.{id email role}',
  'keys.list': `keys[].{${key}}`,
  'keys.create': `key.{${key}} api_key one_time_key`,
  'keys.revoke': `key.{${key}}`,
  'keys.listCredentials': `credentials[].{${key}}`,
  'keys.createCredential': `credential.{${key}} username password`,
  'keys.revokeCredential': `credential.{${key}}`,
  'registry.imagePublish': 'ok image_ref',
  'analytics.events': `events[].{${event}} meta.{limit next_cursor has_more} next`,
  'analytics.filteredEvents': `events[].{${event}}`,
  'analytics.stats': 'events_total',
  'analytics.sources': 'sources[].{source count}',
  'analytics.eventTypes': 'event_types[].{event_type count}',
  'analytics.summary':
    'total_events active_servers active_grants active_sessions latest_source last_event_type last_event_time',
  'analytics.usage': usage,
  'analytics.userUsage': usage,
  'analytics.serverEvents': `events[].{${event}}`,
  'servers.list': `servers[].{${server}} publish_policy.{${publishPolicy}}`,
  'servers.apply': `server.{${server}}`,
  'servers.get': `server.{${server}}`,
  'servers.delete': 'success namespace name',
  'grants.list': `grants[].{${accessItem} maxTrust allowedSideEffects disabled}`,
  'grants.apply': `grant.{${accessItem} maxTrust allowedSideEffects disabled}`,
  'grants.get': `grant.{${accessItem} maxTrust allowedSideEffects disabled}`,
  'grants.delete': 'success name namespace',
  'grants.patch': 'success name namespace disabled',
  'grants.disable': 'success name namespace disabled',
  'grants.enable': 'success name namespace disabled',
  'sessions.list': `sessions[].{${accessItem} consentedTrust revoked expiresAt}`,
  'sessions.apply': `session.{${accessItem} consentedTrust revoked expiresAt}`,
  'sessions.get': `session.{${accessItem} consentedTrust revoked expiresAt}`,
  'sessions.delete': 'success name namespace',
  'sessions.patch': 'success name namespace revoked',
  'sessions.revoke': 'success name namespace revoked',
  'sessions.unrevoke': 'success name namespace revoked',
  'sessions.adapter':
    'name namespace humanID agentID teamID serverName consentedTrust policyVersion expiresAt reused',
  'policies.rendered': 'json source',
  'teams.list': `teams[].{${team}}`,
  'teams.create': `team.{${team}}`,
  'teams.get': `team.{${team}}`,
  'teams.members': 'members[].{userID role}',
  'teams.addMember': 'membership.{userID role}',
  'teams.setMember': 'membership.{userID role}',
  'teams.removeMember': 'success team userID',
  'teams.addUser': 'user.{id email role} membership.{userID role}',
  'namespaces.list': `namespaces[].{${entry}}`,
  'namespaces.get': `namespace.{${entry}}`,
  'operations.components': 'components[].{key display namespace kind resource status ready message}',
  'operations.restart': 'success component restarted',
  'operations.namespaces': `namespaces[].{${entry}}`,
  'operations.audit': `audit_logs[].{${auditLog}}`,
  'operations.snapshot': `filters users audit_logs[].{${auditLog}} images[].{${auditLog}} deployments[].{${deployment}}`,
  'deployments.list': `deployments[].{${deployment}}`,
  'deployments.apply': `deployment.{${deployment}}`,
  'deployments.remove': 'success',
  'deployments.all': `deployments[].{${deployment}}`,
}
