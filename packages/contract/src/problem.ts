import { z } from 'zod'

/** What is wrong, and where: a JSON Pointer into the body, or the name of a parameter. */
export const issue = z.object({ pointer: z.string(), message: z.string() })
export type Issue = z.output<typeof issue>

/** Of every answer that is no success. */
export const problem = z.object({
  error: z.string(),
  message: z.string(),
  request_id: z.string(),
  details: z.looseObject({ issues: z.array(issue).optional() }).optional(),
})
export type ApiProblem = z.output<typeof problem>
