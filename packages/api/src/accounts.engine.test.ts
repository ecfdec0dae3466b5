import { describe } from 'vitest'
import { describeAccounts } from './contract-tests/accounts.ts'
import { openServerTestDatabase } from './contract-tests/test-databases.ts'

const url = process.env['POSTGRES_URL'] ?? ''

describe.runIf(url)('on a real Postgres', () => describeAccounts(openServerTestDatabase(url)))
