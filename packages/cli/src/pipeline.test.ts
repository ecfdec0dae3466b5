import { wayOfAnEvent } from './contract-tests/way-of-an-event.ts'

wayOfAnEvent('an event on one machine', async () => undefined)
