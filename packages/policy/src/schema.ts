import { z } from 'zod'
import type { PolicyDocument } from './model.ts'
import { coherence } from './reading/coherence.ts'
import { type ParsedPolicy, type PolicyIssue, refuse, shown } from './reading/issue.ts'
import { jsonFault } from './reading/json.ts'
import { sentence } from './reading/sentence.ts'
import { documentV1, documentV2 } from './reading/shapes.ts'
import { type OtherVersion, unknownMembers } from './reading/unknown-members.ts'
import { revisionOf } from './revision.ts'

export { issuesMax, type ParsedPolicy, type PolicyIssue } from './reading/issue.ts'
export { depthMax, valuesMax } from './reading/json.ts'
export {
  conditionsPerRuleMax,
  entriesMax,
  nameCharsMax,
  recordedPerRuleMax,
  redactedMax,
  valuesPerConditionMax,
} from './reading/shapes.ts'

/**
 * Reads a policy document from anything. Either the whole document is good, or every issue is said with its place and
 * nothing of it counts. A `revision` that the document claims must be its own; one that it lacks is filled in.
 */
export const parsePolicy = (input: unknown): ParsedPolicy => {
  const version = versionOf(input)
  if (typeof version === 'object') return refuse([version])
  const fault = jsonFault(input)
  if (fault !== undefined) return refuse([fault])

  const shape = version === 'v2' ? documentV2 : documentV1
  const parsed = shape.safeParse(input)
  const issues = parsed.success ? [] : parsed.error.issues.map((issue) => sentence(issue, input))
  for (const issue of unknownMembers(input, shape, version === 'v2' ? olderThan : newerThan))
    issues.push(issue)
  if (issues.length > 0 || !parsed.success) return refuse(issues)

  const document: PolicyDocument = parsed.data
  const incoherent = coherence(document)
  if (incoherent.length > 0) return refuse(incoherent)

  // Over what was given, not over what was read: the two differ where a word was written in capitals.
  const revision = revisionOf(input as PolicyDocument)
  if (document.revision && document.revision !== revision) {
    const message = `the document says ${shown(document.revision)}, but its content has ${revision}: it was changed after it was stamped`
    return refuse([{ pointer: '/revision', message }])
  }
  return { ok: true, document: { ...document, revision } }
}

/** What to say of a member that the other version knows. */
const newerThan: OtherVersion = {
  shape: documentV2,
  says: (key) => `${key} needs schema_version: v2, and this document is v1`,
}
const olderThan: OtherVersion = {
  shape: documentV1,
  says: (key) => `${key} is not enforced, so a v2 document cannot hold it`,
}

const versionOf = (input: unknown): 'v1' | 'v2' | PolicyIssue => {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return {
      pointer: '',
      message: `expected a policy document, found ${shown(input)}`,
    }
  }
  const version: unknown = (input as PolicyDocument).schema_version
  if (version === undefined || version === 'v1') return 'v1'
  if (version === 'v2') return 'v2'
  return { pointer: '/schema_version', message: `expected "v1" or "v2", found ${shown(version)}` }
}

/** JSON Schema 2020-12 of a document, for editors. What it cannot say (duplicates, digests), `parsePolicy` says. */
export const policyJsonSchema = (version: 'v1' | 'v2'): object =>
  z.toJSONSchema(version === 'v2' ? documentV2 : documentV1, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.type !== 'object' || jsonSchema.properties === undefined) return
      jsonSchema.additionalProperties = false
      jsonSchema.patternProperties = { '^x-': {} }
    },
  })
