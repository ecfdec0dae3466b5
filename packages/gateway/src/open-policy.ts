import { readFile } from 'node:fs/promises'
import type { PolicySource } from '@mcp-sentinel/gateway-middleware'
import { filePolicy } from '@mcp-sentinel/gateway-middleware/adapters/file-policy'
import { httpPolicy } from '@mcp-sentinel/gateway-middleware/adapters/http-policy'
import { staticPolicy } from '@mcp-sentinel/gateway-middleware/static-policy'
import type { PolicyDocument } from '@mcp-sentinel/policy'
import type { Settings } from './config.ts'
import { withDefaults } from './policy-defaults.ts'

/** The policy as the settings say: from a control plane, from a file until that has spoken, or one that denies. */
export const openPolicy = async (settings: Settings): Promise<PolicySource> =>
  withDefaults(await sourceOf(settings), (document) => complete(document, settings))

const sourceOf = async (settings: Settings): Promise<PolicySource> => {
  const { POLICY_FILE, POLICY_URL, POLICY_TOKEN, POLICY_TOKEN_FILE, POLICY_MAX_STALENESS } = settings
  // With a control plane the file may come later, or never.
  const waitForFirst = POLICY_URL !== undefined
  const file = POLICY_FILE === undefined ? undefined : await filePolicy(POLICY_FILE, { waitForFirst })
  if (POLICY_URL === undefined) return file ?? staticPolicy(builtIn(settings))
  return httpPolicy({
    url: POLICY_URL.href,
    token: async () =>
      POLICY_TOKEN_FILE === undefined
        ? (POLICY_TOKEN[0]?.reveal() ?? '')
        : (await readFile(POLICY_TOKEN_FILE, 'utf8')).trim(),
    fallback: file,
    maxStalenessMs: POLICY_MAX_STALENESS,
  })
}

/** Without any policy nobody is granted anything. */
const builtIn = ({ MCP_SERVER_NAME: name }: Settings): PolicyDocument => ({
  server: { name: name || 'mcp-server' },
})

const complete = (document: PolicyDocument, settings: Settings): PolicyDocument => ({
  ...document,
  auth: {
    ...document.auth,
    human_id_header: document.auth?.human_id_header || settings.HUMAN_ID_HEADER,
    agent_id_header: document.auth?.agent_id_header || settings.AGENT_ID_HEADER,
    team_id_header: document.auth?.team_id_header || settings.TEAM_ID_HEADER,
    session_id_header: document.auth?.session_id_header || settings.SESSION_ID_HEADER,
  },
  policy: {
    ...document.policy,
    mode: document.policy?.mode || settings.POLICY_MODE,
    default_decision: document.policy?.default_decision || settings.POLICY_DEFAULT_DECISION,
    policy_version: document.policy?.policy_version || settings.POLICY_VERSION,
    denial: document.policy?.denial || settings.DENIAL,
  },
})
