export { type App, type AppOptions, createApp } from './app.ts'
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
  ratio,
  type SettingsOf,
  secrets,
} from './config.ts'
export {
  createHealth,
  type Health,
  type HealthCheck,
  type HealthOptions,
  type Readiness,
} from './health.ts'
export { addHealthRoutes } from './health-routes.ts'
export { httpProblemOf, shellProblems } from './http-problem.ts'
export { kafkaVariables, saslFaults, saslOf } from './kafka-variables.ts'
export { createLogger, type Logger, type LoggerOptions, type LogLevel, logLevels } from './log.ts'
export {
  Counter,
  createMetrics,
  durationBuckets,
  Gauge,
  Histogram,
  type HttpObservation,
  type Metrics,
  type MetricsOptions,
} from './metrics.ts'
export { createMetricsApp, type MetricsAppOptions } from './metrics-app.ts'
export { type Problem, ProblemError, problemBody, problemOf, unforeseen } from './problem.ts'
export { processVariables } from './process-variables.ts'
export { runService, type ServiceOptions, type ServiceProcess, type Starting } from './run-service.ts'
export { createSecret, type Secret } from './secret.ts'
export { type Closing, createShutdown, type ShutdownOptions } from './shutdown.ts'
export { failSpan, inSpan, type OpenSpan, type SpanOptions, startSpan } from './span.ts'
export { contextOf, linkTo, type TraceHeaders, traceHeaderNames, traceHeadersOf } from './trace-context.ts'
export {
  type Context,
  createSpanRecorder,
  createTracing,
  type ReadableSpan,
  type Span,
  type SpanProcessor,
  type SpanRecorder,
  type Tracer,
  type Tracing,
  type TracingOptions,
  untraced,
} from './tracing.ts'
export { variablesTable } from './variables-table.ts'
