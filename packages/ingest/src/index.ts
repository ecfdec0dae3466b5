export type { EventRejection } from './accept.ts'
export type { AppendLog } from './append.ts'
export {
  type Authenticate,
  type AuthenticateOptions,
  type Credentials,
  createAuthenticate,
} from './authenticate.ts'
export { createIngest, type Ingest, type IngestOptions } from './ingest.ts'
export { ingestProblems } from './problems.ts'
