import { startPipeline } from '@mcp-sentinel/cli/pipeline'

// The whole pipeline in one process, until somebody kills it. Says where its engine is, so that this can be killed too.
const [directory = '', apiKey = '', port = '0'] = process.argv.slice(2)
const pipeline = await startPipeline({ directory, apiKey, port: Number(port) })
process.send?.({ clickhouseUrl: pipeline.clickhouseUrl, enginePid: pipeline.enginePid() })
setInterval(
  () => process.send?.({ clickhouseUrl: pipeline.clickhouseUrl, enginePid: pipeline.enginePid() }),
  200,
)
process.on('disconnect', () => process.exit(0))
