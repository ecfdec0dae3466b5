import { z } from 'zod'
import { pairsMax } from '../kinds/fields.ts'

/** A structural schema, as Kubernetes takes it: every node says its type, and nothing refers elsewhere. */
export type Structural = {
  type?: string
  properties?: Record<string, Structural>
  items?: Structural
  additionalProperties?: Structural
  [keyword: string]: unknown
}

type JsonSchema = Readonly<Record<string, unknown>>

/** What a shape accepts, as far as a structural schema can say it; the rest is said by CEL, or by whoever reads it. */
export const structuralOf = (shape: z.ZodType): Structural =>
  converted(z.toJSONSchema(shape, { io: 'input', target: 'draft-7', unrepresentable: 'any' }) as JsonSchema)

/** Keywords that mean the same there. */
const kept = [
  'type',
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
]

const converted = (schema: JsonSchema): Structural => {
  const { anyOf, properties, items, required, additionalProperties } = schema
  if (Array.isArray(anyOf)) return ofSeveralTypes(anyOf)
  const same = kept.flatMap((keyword) => (isSaid(schema, keyword) ? [[keyword, schema[keyword]]] : []))
  const structural: Structural = Object.fromEntries(same)
  // Slashes need no escape but in a literal of JavaScript.
  if (typeof structural['pattern'] === 'string') {
    structural['pattern'] = structural['pattern'].replaceAll('\\/', '/')
  }
  if (properties !== undefined) structural.properties = mapped(properties as Record<string, JsonSchema>)
  if (required !== undefined) structural['required'] = required
  if (items !== undefined) structural.items = converted(items as JsonSchema)
  // What is not known is refused by who writes, with `fieldValidation=Strict`: a structural schema only prunes it.
  if (typeof additionalProperties === 'object' && additionalProperties !== null) {
    if (properties === undefined) {
      structural.additionalProperties = converted(additionalProperties as JsonSchema)
      structural['maxProperties'] = pairsMax
    } else structural['x-kubernetes-preserve-unknown-fields'] = true
  }
  return structural
}

const mapped = (properties: Readonly<Record<string, JsonSchema>>): Record<string, Structural> =>
  Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, converted(one)]))

/** That a number is one that a double carries says nothing to a reader. */
const isSaid = (schema: JsonSchema, keyword: string): boolean =>
  schema[keyword] !== undefined && Math.abs(Number(schema[keyword])) !== Number.MAX_SAFE_INTEGER

/** Only a whole number or text can be said; whatever else has several types is kept as it comes. */
const ofSeveralTypes = (schemas: readonly JsonSchema[]): Structural => {
  const types = schemas.map(({ type }) => type)
  return types.includes('integer') && types.includes('string')
    ? { 'x-kubernetes-int-or-string': true, anyOf: types.map((type) => ({ type })) }
    : { 'x-kubernetes-preserve-unknown-fields': true }
}
