import { createRouter, createWebHistory, type Router } from 'vue-router'

const isSignedIn = async (): Promise<boolean> => {
  const answer = await fetch('/auth/status')
  // What is amiss is told by the page, when it asks for more.
  return !answer.ok || ((await answer.json()) as { readonly authenticated: boolean }).authenticated
}

/** Each page is loaded when it is first gone to. Who is not signed in comes to sign in first, and then to the page. */
export const createRoutes = (): Router => {
  let isKnown = false
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      {
        path: '/',
        name: 'overview',
        component: () => import('./pages/overview.ts').then(({ OverviewPage }) => OverviewPage),
      },
      {
        path: '/events',
        name: 'events',
        component: () => import('./pages/events.ts').then(({ EventsPage }) => EventsPage),
      },
      {
        path: '/analytics',
        name: 'analytics',
        component: () => import('./pages/AnalyticsHere.vue'),
      },
      {
        path: '/servers',
        name: 'servers',
        component: () => import('./pages/servers.ts').then(({ ServersPage }) => ServersPage),
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
