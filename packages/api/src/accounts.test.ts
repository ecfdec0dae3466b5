import { describeAccounts } from './contract-tests/accounts.ts'
import { openEmbeddedTestDatabase } from './contract-tests/test-databases.ts'

describeAccounts(openEmbeddedTestDatabase)
