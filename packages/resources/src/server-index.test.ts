import fc from 'fast-check'
import { expect, test } from 'vitest'
import { grantOn, serverNamed, sessionOn } from './contract-tests/resources.ts'
import type { Resource } from './parse.ts'
import { createServerIndex, idOf } from './server-index.ts'
import type { ObjectKey } from './store.ts'

const aName = fc.constantFrom('a', 'b', 'c')
const aResource: fc.Arbitrary<Resource> = fc.oneof(
  aName.map((name) => serverNamed(name)),
  fc.tuple(aName, aName, aName).map(([server, name, namespace]) => grantOn(server, name, {}, namespace)),
  fc
    .tuple(aName, aName, aName)
    .map(([server, name, namespace]) =>
      grantOn(server, name, { serverRef: { name: server, namespace: 'home' } }, namespace),
    ),
  fc.tuple(aName, aName).map(([server, name]) => sessionOn(server, name)),
)
const aStep = fc.tuple(fc.constantFrom('put', 'remove'), aResource)

const keyOf = ({ metadata }: Resource): ObjectKey => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name,
})
const idIn = (resource: Resource): string => `${resource.kind} ${idOf(keyOf(resource))}`
const speaksOf = (resource: Resource): string => {
  const own = keyOf(resource)
  if (resource.kind === 'MCPServer') return idOf(own)
  const { name, namespace = own.namespace } = resource.spec.serverRef
  return idOf({ namespace, name })
}
const sorted = (resources: readonly Resource[]): readonly Resource[] =>
  [...resources].sort((a, b) => (idIn(a) < idIn(b) ? -1 : 1))

test('after whatever was put and removed it says of each server what a search through all would', () => {
  fc.assert(
    fc.property(fc.array(aStep, { maxLength: 30 }), (steps) => {
      const index = createServerIndex()
      const all = new Map<string, Resource>()
      for (const [step, resource] of steps) {
        const id = idIn(resource)
        const before = all.get(id)
        const concerned = [before, step === 'put' ? resource : undefined].flatMap((one) =>
          one === undefined ? [] : [speaksOf(one)],
        )
        const told = step === 'put' ? index.put(resource) : index.remove(resource.kind, keyOf(resource))
        expect(told.map(idOf).sort()).toEqual([...new Set(concerned)].sort())
        if (step === 'put') all.set(id, resource)
        else all.delete(id)
      }
      for (const server of new Set([...all.values()].map(speaksOf))) {
        const [namespace = '', name = ''] = server.split('/')
        const found = index.of({ namespace, name })
        const said = [found.server ?? [], found.grants, found.sessions].flat()
        expect(sorted(said)).toEqual(sorted([...all.values()].filter((one) => speaksOf(one) === server)))
      }
      expect(index.of({ namespace: 'home', name: 'nobody' }).server).toBeUndefined()
    }),
  )
})
