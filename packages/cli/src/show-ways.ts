import { sampleServer } from './sample-resources.ts'
import type { Up } from './up.ts'

const { namespace, name } = sampleServer

/** Questions that a terminal can ask the API, for an administrator. */
export const questions = [
  '/api/events/filter?decision=deny&limit=3',
  '/api/analytics/usage?window_days=1',
  `/api/runtime/policy?namespace=${namespace}&server=${name}`,
]

/** How people come in, and what they can ask. */
export const showWays = ({ origin, logins, adminKey }: Up, print: (line: string) => void): void => {
  print('')
  const [admin, ...others] = logins.map(({ email, password }) => `${email}  ${password}`)
  print(
    `  Dashboard   ${origin}   ${admin === undefined ? 'sign in as before (or start with --new-passwords)' : admin}`,
  )
  for (const login of others) print(`${' '.repeat(17 + origin.length)}${login}   shown this once`)
  print(`  Ask         KEY=${adminKey}   an administrator's, for this run`)
  for (const question of questions) print(`              curl -s -H "x-api-key: $KEY" '${origin}${question}'`)
}
