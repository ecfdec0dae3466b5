import { createSecret } from '@mcp-sentinel/service'
import { z } from 'zod'

export const text = () => z.string().max(1024, 'is longer than 1024 characters')

/** One that may have commas in it. */
export const secretText = (least = 1) =>
  z
    .string()
    .min(least, `has fewer than ${least} characters`)
    .max(4096, 'is longer than 4096 characters')
    .transform(createSecret)
