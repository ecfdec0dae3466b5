import { openStack } from './stack.ts'

/** A stack for as long as whoever started this holds on to its input; a line tells where it is. */
const stack = await openStack()
await stack.show()
console.log(JSON.stringify({ url: stack.url, origin: stack.origin, logins: stack.logins }))
for await (const _ of process.stdin);
await stack.close()
