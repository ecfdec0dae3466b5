import type { Settings } from '../client.ts'

/** What a question may take: an answer that needs more is refused, so that nobody's question is everybody's outage. */
export const questionLimits: Settings = {
  max_execution_time: 10,
  max_memory_usage: '1000000000',
  max_result_rows: '100000',
  result_overflow_mode: 'throw',
}

/** At least one, at most so many: whoever asks for more gets what there may be. */
export const bounded = (asked: number, max: number): number => Math.min(Math.max(Math.trunc(asked), 1), max)
