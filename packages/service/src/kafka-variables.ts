import { z } from 'zod'
import { flag, list, secrets } from './config.ts'
import type { Secret } from './secret.ts'

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const
const text = () => z.string().max(1024, 'is longer than 1024 characters')

/** How a process reaches Kafka; a service's `config.ts` spreads them into its own. */
export const kafkaVariables = () => ({
  KAFKA_BROKERS: list()
    .default([])
    .describe('`host:port`, with commas between them; the log is on Kafka then'),
  KAFKA_TOPIC: text().default('mcp.events').describe('must be there; `mcp-processor --migrate` creates it'),
  KAFKA_TLS: flag().default(false).describe('speak TLS to the brokers'),
  KAFKA_SASL_MECHANISM: z
    .enum(mechanisms, `is none of ${mechanisms.join(', ')}`)
    .optional()
    .describe(`\`${mechanisms.join('`, `')}\``),
  KAFKA_USERNAME: text().optional().describe('for SASL'),
  KAFKA_PASSWORD: secrets(1).optional().meta({ description: 'for SASL', secret: true }),
})

interface SaslSettings {
  readonly KAFKA_SASL_MECHANISM?: (typeof mechanisms)[number] | undefined
  readonly KAFKA_USERNAME?: string | undefined
  readonly KAFKA_PASSWORD?: readonly Secret[] | undefined
}

/** What the SASL variables say together; undefined where they say nothing. */
export const saslOf = ({ KAFKA_SASL_MECHANISM, KAFKA_USERNAME, KAFKA_PASSWORD }: SaslSettings) => {
  const password = KAFKA_PASSWORD?.[0]?.reveal()
  return KAFKA_SASL_MECHANISM === undefined || KAFKA_USERNAME === undefined || password === undefined
    ? undefined
    : { mechanism: KAFKA_SASL_MECHANISM, username: KAFKA_USERNAME, password }
}

/** One fault where some of the SASL variables are given and others are not. */
export const saslFaults = (settings: SaslSettings) => {
  const { KAFKA_SASL_MECHANISM, KAFKA_USERNAME, KAFKA_PASSWORD } = settings
  const given = [KAFKA_SASL_MECHANISM, KAFKA_USERNAME, KAFKA_PASSWORD].map((value) => value !== undefined)
  return new Set(given).size === 1
    ? []
    : [
        {
          variable: 'KAFKA_SASL_MECHANISM',
          message: 'needs KAFKA_USERNAME and KAFKA_PASSWORD, and they need it',
        },
      ]
}
