import { serve } from './serve.ts'

const { url, close } = await serve(process.env, (line) => process.stdout.write(`${line}\n`))
process.stdout.write(`guarded: ${url}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close())
