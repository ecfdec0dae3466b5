import { parseResource, type Resource } from './parse.ts'
import { readYaml, type TextIssue } from './reading/yaml.ts'

export { type TextIssue, textCharsMax } from './reading/yaml.ts'

export type ParsedText =
  | { readonly ok: true; readonly resource: Resource }
  | { readonly ok: false; readonly issues: readonly TextIssue[] }

/** Reads one resource from YAML or JSON. Faults name line, column and pointer. */
export const parseResourceText = (text: string): ParsedText => {
  const source = readYaml(text)
  if (!source.ok) return source
  const parsed = parseResource(source.value)
  if (parsed.ok) return parsed
  return { ok: false, issues: parsed.issues.map((issue) => ({ ...issue, ...source.placeOf(issue.pointer) })) }
}

/** `grant.yaml:9:5 /spec/maxTrsut: "maxTrsut" is not a member here; did you mean maxTrust?` */
export const formatIssue = ({ line, column, pointer, message }: TextIssue, file: string): string =>
  `${file}:${line}:${column} ${pointer === '' ? '' : `${pointer}: `}${message}`
