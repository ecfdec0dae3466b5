import { carried, type TimeWindow } from '@mcp-sentinel/ui'
import { createRouter, createWebHistory, type LocationQueryRaw, type Router } from 'vue-router'

declare module 'vue-router' {
  interface RouteMeta {
    /** The page that this one stands below. */
    place?: string
    /** Whether the page can be narrowed to one namespace. */
    byNamespace?: boolean
    /** What the page looks at of the time that has passed, unless it is told. */
    time?: TimeWindow | 'all'
  }
}

const isSignedIn = async (): Promise<boolean> => {
  const answer = await fetch('/auth/status')
  // What is amiss is told by the page, when it asks for more.
  return !answer.ok || ((await answer.json()) as { readonly authenticated: boolean }).authenticated
}

/** Each page is loaded when it is first gone to. Who is not signed in comes to sign in first, and then to the page. */
export const createRoutes = (): Router => {
  let isKnown = false
  // Heard before the router does, which then asks where to go.
  let isReturning = false
  window.addEventListener('popstate', () => {
    isReturning = true
  })
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      {
        path: '/',
        name: 'overview',
        component: () => import('./pages/overview.ts').then(({ OverviewPage }) => OverviewPage),
        meta: { byNamespace: true, time: '24h' },
      },
      {
        path: '/events',
        name: 'events',
        component: () => import('./pages/events.ts').then(({ EventsPage }) => EventsPage),
        meta: { byNamespace: true, time: 'all' },
      },
      {
        path: '/events/:event',
        redirect: ({ params, query }) => ({ name: 'events', query: { ...query, event: params['event'] } }),
      },
      {
        path: '/analytics',
        name: 'analytics',
        component: () => import('./pages/AnalyticsHere.vue'),
        meta: { byNamespace: true, time: '7d' },
      },
      {
        path: '/servers',
        name: 'servers',
        component: () => import('./pages/servers.ts').then(({ ServersPage }) => ServersPage),
        meta: { byNamespace: true },
      },
      {
        path: '/servers/:namespace/:name',
        name: 'server',
        component: () => import('./pages/servers.ts').then(({ ServerPage }) => ServerPage),
        props: true,
        meta: { place: 'servers' },
      },
      {
        path: '/access',
        name: 'access',
        component: () => import('./pages/access.ts').then(({ AccessPage }) => AccessPage),
        meta: { byNamespace: true },
      },
      {
        path: '/teams',
        name: 'teams',
        component: () => import('./pages/teams.ts').then(({ TeamsPage }) => TeamsPage),
      },
      {
        path: '/teams/:team',
        name: 'team',
        component: () => import('./pages/teams.ts').then(({ TeamPage }) => TeamPage),
        props: ({ params }) => ({ slug: String(params['team']) }),
        meta: { place: 'teams' },
      },
      {
        path: '/keys',
        name: 'keys',
        component: () => import('./pages/keys.ts').then(({ KeysPage }) => KeysPage),
      },
      {
        path: '/operations',
        name: 'operations',
        component: () => import('./pages/operations.ts').then(({ OperationsPage }) => OperationsPage),
      },
      {
        path: '/platform',
        name: 'platform',
        component: () => import('./pages/platform.ts').then(({ PlatformPage }) => PlatformPage),
      },
      { path: '/sign-in', name: 'sign-in', component: () => import('./SignInHere.vue') },
      { path: '/:rest(.*)*', name: 'nowhere', component: () => import('./NoSuchPage.vue') },
    ],
  })
  router.beforeEach((to, from) => {
    const wasReturning = isReturning
    isReturning = false
    // What is looked at stays looked at on the next page; who goes back sees what was there.
    if (wasReturning || to.name === from.name || to.name === 'sign-in') return true
    const query = carried(from.query, to.query)
    return query === undefined || { path: to.path, query: query as LocationQueryRaw, hash: to.hash }
  })
  router.beforeEach(async (to) => {
    if (to.name === 'sign-in' || isKnown) return true
    isKnown = await isSignedIn().catch(() => true)
    return isKnown || { name: 'sign-in', query: { to: to.fullPath } }
  })
  router.afterEach((to) => {
    if (to.name === 'sign-in') isKnown = false
  })
  return router
}
