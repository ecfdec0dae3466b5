import { z } from 'zod'
import { httpUrl, ratio } from './config.ts'
import { logLevels } from './log.ts'

/** The variables of every process; a service's `config.ts` spreads them into its own. */
export const processVariables = () => ({
  LOG_LEVEL: z
    .enum(logLevels, `is none of ${logLevels.join(', ')}`)
    .default('info')
    .describe('what is logged: `fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`'),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl()
    .optional()
    .describe('OTLP/HTTP collector of spans; without it none are recorded'),
  TRACE_SAMPLE_RATIO: ratio()
    .default(0.1)
    .describe('share of traces that are recorded when they begin here; a caller’s decision is kept'),
})
