import { fileURLToPath } from 'node:url'
import express from 'express'
import { answerV1 as answer } from './payments-servers.examples.ts'

const policyFile = fileURLToPath(new URL('policy.examples.yaml', import.meta.url))
const app = express()

//#region express
import { createGateway } from '@mcp-sentinel/gateway-middleware'
import { filePolicy } from '@mcp-sentinel/gateway-middleware/adapters/file-policy'
import { headerIdentity } from '@mcp-sentinel/gateway-middleware/adapters/header-identity'
import { guardNode } from '@mcp-sentinel/gateway-middleware/bind/node'

const gateway = await createGateway({
  policy: filePolicy(policyFile), // in force again as soon as it is saved
  identify: headerIdentity(), // X-MCP-Agent-ID and the like, believed of this machine only
  record: (record) => console.log(record),
})
app.all('/mcp', guardNode(gateway), (req, res) => answer(req, res, req.body))

//#endregion

export { app, gateway, policyFile }
