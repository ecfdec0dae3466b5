export {
  type Config,
  ConfigError,
  type ConfigFault,
  type ConfigShape,
  type ConfigVariable,
  configExitCode,
  defineConfig,
  durationMs,
  flag,
  httpUrl,
  integer,
  list,
  port,
  secrets,
} from './config.ts'
export { type Problem, ProblemError, problemBody, problemOf, unforeseen } from './problem.ts'
export { createSecret, type Secret } from './secret.ts'
export { type Closing, createShutdown, type ShutdownOptions } from './shutdown.ts'
