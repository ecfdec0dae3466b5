import { audit, snapshot } from './operations/audit.ts'
import { components, namespaces, restart } from './operations/components.ts'

export const operations = { components, restart, namespaces, audit, snapshot }
