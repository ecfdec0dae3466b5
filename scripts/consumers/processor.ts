import { createProcessor, deadReasons } from '@mcp-sentinel/processor'

// Its engines are not there: what it needs of them is said when it is asked to begin.
const outcome = await createProcessor({
  log: {
    append: async () => {},
    consume: () => Promise.reject(new Error('no log')),
    tail: () => Promise.reject(new Error('no log')),
    close: async () => {},
  },
  deadLetters: { append: async () => {} },
  writer: {} as never,
  topic: 'mcp.events',
  group: 'sample',
}).catch((error: Error) => error.message)
if (outcome !== 'no log' || !deadReasons.includes('seq_jump'))
  throw new Error('the log should be asked first')
