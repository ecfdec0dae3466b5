import type { ResourceIssue } from './issue.ts'

/** What the parts of a grant's or a session's spec say about each other, as it was given. */
export const accessFaults = (spec: unknown): ResourceIssue[] => {
  const { subject, allowedSideEffects } = (spec ?? {}) as Readonly<Record<string, unknown>>
  const issues: ResourceIssue[] = []
  if (typeof subject === 'object' && subject !== null && Object.values(subject).every((field) => !field)) {
    issues.push({
      pointer: '/spec/subject',
      message: 'speaks of nobody: give at least one of humanID, agentID, teamID',
    })
  }
  if (Array.isArray(allowedSideEffects) && new Set(allowedSideEffects).size < allowedSideEffects.length) {
    issues.push({ pointer: '/spec/allowedSideEffects', message: 'names one more than once' })
  }
  return issues
}
