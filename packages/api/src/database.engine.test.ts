import { describe } from 'vitest'
import { describeMigrations } from './contract-tests/migrations.ts'
import { openServerTestDatabase } from './contract-tests/test-databases.ts'

const url = process.env['POSTGRES_URL'] ?? ''

describe.runIf(url)('on a real Postgres', () => describeMigrations(openServerTestDatabase(url)))
