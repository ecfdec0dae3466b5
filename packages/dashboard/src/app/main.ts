import './without-eval.ts'
import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import '@mcp-sentinel/ui/style.css'
import { createApp } from 'vue'
import DashboardApp from './DashboardApp.vue'
import { createRoutes } from './routes.ts'
import './page.css'

createApp(DashboardApp).use(createRoutes()).mount('#app')
