import type { Endpoints } from '@mcp-sentinel/contract'
import { namespaceOf } from '../accounts/team-namespace.ts'
import type { Caller } from '../caller.ts'
import type { Engines } from '../engines.ts'
import { forbidden, permit } from '../permit.ts'
import { catalogueOf, type Platform } from '../platform.ts'
import { askedOfRegistry, type RegistryRequest } from '../registry/asked-of-registry.ts'
import { type Call, nobodys, own, type Routes, type Standing } from '../serving/route.ts'

type Asking = Pick<Call<Endpoints['registry']['authz']>, 'caller' | 'headers' | 'method'>

/** Where proxies write what they were asked. All that are there count: one of them may be the client's own. */
const uriHeaders = ['x-forwarded-uri', 'x-forwarded-url'] as const

export const registryRoutes = ({ accounts, platform }: Engines): Routes<Endpoints['registry']> => {
  const authz = {
    action: 'registry.enter' as const,
    basicRealm: 'mcp-runtime-registry',
    handle: ({ caller, headers, method }: Asking): undefined => {
      const asked = uriHeaders.flatMap((name) => headers[name] ?? [])
      if (asked.length === 0) throw forbidden()
      const forwarded = [headers['x-forwarded-method']].flat()[0] ?? method
      for (const uri of asked) judge(caller, platform, askedOfRegistry(uri, forwarded.toUpperCase()))
    },
  }

  return {
    authz,
    authzByPost: authz,
    authzByPut: authz,
    authzByPatch: authz,
    authzByDelete: authz,
    imagePublish: {
      action: 'image.report',
      on: () => own,
      handle: async ({ body: { image_ref: imageRef, source_image, mode }, actor }) => {
        await accounts().audit.record(actor, {
          action: 'image_publish',
          resource: 'image',
          imageRef,
          after: { source_image, mode },
        })
        return { ok: true as const, image_ref: imageRef }
      },
    },
  }
}

const judge = (caller: Caller, platform: Platform, asked: RegistryRequest | undefined): void => {
  if (asked === undefined) throw forbidden()
  if (asked.kind === 'catalogue') permit(caller, 'registry.catalogue', nobodys)
  for (const { name, way } of asked.kind === 'repositories' ? asked.touched : [])
    permit(caller, way === 'pull' ? 'registry.pull' : 'registry.push', standingTo(name, caller, platform))
}

/** A repository is a team's whose slug or namespace its name begins with. */
const standingTo = (name: string, { teams }: Caller, platform: Platform): Standing => {
  const [scope = ''] = name.split('/', 1)
  if (scope === catalogueOf(platform)) return own
  const team = teams.find(({ slug }) => scope === namespaceOf(slug) || (scope === slug && !isNamespace(slug)))
  return team === undefined ? nobodys : { membership: team.role, ownership: 'other' }
}

/** A slug that reads like the namespace of another team does not stand for it. */
const isNamespace = (slug: string): boolean => slug.startsWith(namespaceOf(''))
