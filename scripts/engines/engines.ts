import type { Engine } from './engine.ts'
import { kafka } from './kafka/broker.ts'
import { kubernetes } from './kube-apiserver/server.ts'
import { postgres } from './postgres/server.ts'

/** Every engine by its name. `npm run test:engines` starts them all. */
export const engines: Readonly<Record<string, Engine>> = { kafka, postgres, kubernetes }
