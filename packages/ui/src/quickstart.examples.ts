// #region page
import { AnalyticsPage, SentinelRoot } from '@mcp-sentinel/ui'
import '@mcp-sentinel/ui/style.css'
import { createApp, defineComponent, h } from 'vue'
import { createRouter, createWebHistory, RouterView } from 'vue-router'

const options = { apiBase: '/api', locale: 'en' }
const Usage = defineComponent(
  () => () =>
    h(SentinelRoot, { options, theme: 'dark' }, () => h(AnalyticsPage, { title: 'Who calls what' })),
)

const router = createRouter({ history: createWebHistory(), routes: [{ path: '/', component: Usage }] })
createApp(RouterView).use(router).mount('#app')
// #endregion page
