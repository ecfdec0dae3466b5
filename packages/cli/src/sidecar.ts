import { fileURLToPath } from 'node:url'
import { runGateway } from '@mcp-sentinel/gateway/run-gateway'

// Started as a process of its own by `up`; to import it starts nothing.
if (process.argv[1] === fileURLToPath(import.meta.url)) await runGateway(process)
