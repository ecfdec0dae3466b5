import { createRouter, createWebHistory, type Router } from 'vue-router'

/** Each page is loaded when it is first gone to. */
export const createRoutes = (): Router =>
  createRouter({
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
        path: '/access',
        name: 'access',
        component: () => import('./pages/access.ts').then(({ AccessPage }) => AccessPage),
      },
      {
        path: '/keys',
        name: 'keys',
        component: () => import('./pages/keys.ts').then(({ KeysPage }) => KeysPage),
      },
      { path: '/sign-in', name: 'sign-in', component: () => import('./SignInHere.vue') },
      { path: '/:rest(.*)*', name: 'nowhere', component: () => import('./NoSuchPage.vue') },
    ],
  })
