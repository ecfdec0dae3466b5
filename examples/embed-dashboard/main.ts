import '@mcp-sentinel/ui/style.css'
import './orchard.css'
import { createApp } from 'vue'
import { createRouter, createWebHistory, RouterView } from 'vue-router'
import OrchardApp from './OrchardApp.vue'

const router = createRouter({ history: createWebHistory(), routes: [{ path: '/', component: OrchardApp }] })
createApp(RouterView).use(router).mount('#app')
