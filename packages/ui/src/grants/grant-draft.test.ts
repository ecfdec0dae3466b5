import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Grant } from '../governed/governed.ts'
import { grantBodyOf, grantDraftOf, grantSchema } from './grant-draft.ts'

const trust = fc.constantFrom('low' as const, 'medium' as const, 'high' as const)
const plainRule = {
  name: fc.constantFrom('a', 'b*', 'file:///c'),
  decision: fc.constantFrom('allow' as const, 'deny' as const),
  requiredTrust: trust,
  audit: fc.constantFrom('best-effort' as const, 'required' as const),
}
const parts = fc.array(
  fc.record(
    {
      pointer: fc.constantFrom('', '/a', '/b c'),
      as: fc.constantFrom('digest' as const, 'value' as const),
      redact: fc.array(fc.constantFrom('/x', '/y z')),
    },
    { requiredKeys: ['pointer'] },
  ),
)
const needed = { requiredKeys: ['name', 'decision'] as const }
const toolRule = fc.record(
  {
    ...plainRule,
    when: fc.array(
      fc.record(
        {
          pointer: fc.constantFrom('/amount', '/to'),
          op: fc.constantFrom('lte', 'in', 'exists'),
          value: fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.array(fc.string())),
        },
        { requiredKeys: ['pointer', 'op'] },
      ),
    ),
    record: fc.record({ arguments: parts, result: parts }, { requiredKeys: [] }),
  },
  { requiredKeys: [...needed.requiredKeys] },
)
const plain = fc.record(plainRule, { requiredKeys: [...needed.requiredKeys] })
const grant = fc.record({
  maxTrust: trust,
  allowedSideEffects: fc.subarray(['read', 'write', 'destructive'] as const, { minLength: 1 }),
  disabled: fc.boolean(),
  notBefore: fc.constantFrom(undefined, '2026-11-21T12:00:00.123456Z'),
  notAfter: fc.constantFrom(undefined, '2026-11-21T12:00:00+02:00'),
  toolRules: fc.array(toolRule),
  resourceRules: fc.array(plain),
  promptRules: fc.array(plain),
})

test('a grant that goes through the form comes out as it went in, also what no field shows', () => {
  fc.assert(
    fc.property(grant, ({ notBefore, notAfter, ...same }) => {
      const about = { serverRef: { namespace: 'red', name: 'payments' }, subject: { teamID: 'red' } }
      const given = { name: 'ops', namespace: 'red', ...about, ...same, notBefore, notAfter }
      const body = grantBodyOf(grantDraftOf(given as unknown as Grant))
      expect(body).toEqual({
        name: 'ops',
        namespace: 'red',
        serverRef: { name: 'payments' },
        subject: { teamID: 'red' },
        ...same,
        // What is not there is taken away where somebody put it meanwhile; all else that is left out stays.
        notBefore: notBefore ?? null,
        notAfter: notAfter ?? null,
      })
      expect(grantSchema.safeParse(body).error).toBeUndefined()
    }),
  )
})
