import { describeMigrations } from './contract-tests/migrations.ts'
import { openEmbeddedTestDatabase } from './contract-tests/test-databases.ts'

describeMigrations(openEmbeddedTestDatabase)
