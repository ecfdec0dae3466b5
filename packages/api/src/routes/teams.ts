import type { Endpoints } from '@mcp-sentinel/contract'
import type { Membership, Team } from '../accounts/teams.ts'
import type { Caller } from '../caller.ts'
import type { Engines } from '../engines.ts'
import { AccountError } from '../errors.ts'
import type { Routes, Standing } from '../serving/route.ts'

export const teamsRoutes = ({ accounts, workloads, workloadsIfAny }: Engines): Routes<Endpoints['teams']> => {
  /** Adds who is none, and gives who is one the role. */
  const putMember = async (
    ...[slug, userId, role, actor]: Parameters<ReturnType<typeof accounts>['teams']['setRole']>
  ) => {
    const { teams } = accounts()
    try {
      return await teams.setRole(slug, userId, role, actor)
    } catch (error) {
      if (!(error instanceof AccountError && error.code === 'membership_not_found')) throw error
      return teams.addMember(slug, userId, role, actor)
    }
  }
  const provision = ({ namespace, id }: Team) =>
    workloads().namespaces.provision({ name: namespace, team: id })

  return {
    list: {
      action: 'team.list',
      handle: async ({ caller }) => ({
        teams: (caller.role === 'admin' ? await accounts().teams.list() : caller.teams).map((team) =>
          toldTeam(team, caller),
        ),
      }),
    },
    create: {
      action: 'team.create',
      handle: async ({ body, actor, caller }) => {
        const team = await accounts().teams.create(body, actor)
        // The team is there by now: what its namespace lacks can be asked for again.
        const provisioned =
          workloadsIfAny !== undefined &&
          (await provision(team).then(
            () => true,
            () => false,
          ))
        return { team: toldTeam(team, caller), provisioned }
      },
    },
    get: {
      action: 'team.read',
      on,
      handle: async ({ params: { team }, caller }) => ({
        team: toldTeam(await accounts().teams.get(team), caller),
      }),
    },
    provision: {
      action: 'team.create',
      handle: async ({ params, caller }) => {
        const team = await accounts().teams.get(params.team)
        await provision(team)
        return { team: toldTeam(team, caller), provisioned: true }
      },
    },
    members: {
      action: 'team.members.read',
      on,
      handle: async ({ params: { team } }) => ({
        members: (await accounts().teams.members(team)).map(toldMember),
      }),
    },
    addMember: {
      action: 'team.members.change',
      on,
      handle: async ({ params: { team }, body: { userID, role }, actor }) => ({
        membership: toldMember(await accounts().teams.addMember(team, userID, role, actor)),
      }),
    },
    setMember: {
      action: 'team.members.change',
      on,
      handle: async ({ params: { team, userID }, body: { role }, actor }) => ({
        membership: toldMember(await putMember(team, userID, role, actor)),
      }),
    },
    removeMember: {
      action: 'team.members.change',
      on,
      handle: async ({ params: { team, userID }, actor }) => {
        await accounts().teams.removeMember(team, userID, actor)
        return { success: true, team, userID }
      },
    },
    addUser: {
      action: 'team.members.change',
      on,
      handle: async ({ params, body: { email, password, role }, actor }) => {
        const { users, teams } = accounts()
        const { namespace } = await teams.get(params.team)
        const user = await users.create({ email, password }, actor)
        const membership = await teams.addMember(params.team, user.id, role, actor)
        return { user: { ...user, namespace }, membership: toldMember(membership) }
      },
    },
  }
}

/** Of one that is not there a caller learns no more than of one that is somebody else's. */
const on = ({
  caller,
  params,
}: {
  readonly caller: Caller
  readonly params: { readonly team: string }
}): Standing => ({
  membership: caller.teams.find(({ slug }) => slug === params.team)?.role ?? 'none',
  ownership: 'other',
})

const toldTeam = ({ id, slug, name, namespace, createdAt }: Team, { teams }: Caller) => {
  const role = teams.find((team) => team.id === id)?.role
  return {
    ...{ id, slug, name, namespace, created_at: createdAt.toISOString() },
    ...(role === undefined ? {} : { role }),
  }
}

const toldMember = ({ userId: userID, email, role }: Membership) => ({ userID, email, role })
