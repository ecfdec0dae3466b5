import type { Disclosure } from '../../envelope.ts'
import type { ClickHouse } from '../client.ts'
import { questionLimits } from './limits.ts'

export interface StoredDisclosure extends Disclosure {
  readonly event_id: string
}

interface Row extends Omit<StoredDisclosure, 'value'> {
  readonly json: string
}

/** Ids that travel at a time: parameters are part of the address, which servers keep short. */
const idsAtATime = 200

/**
 * The values beside the payloads of some events, as far as nobody has erased them. The same one may be stored several
 * times, because they are written before the events are.
 */
export const disclosuresOf = async (
  store: ClickHouse,
  eventIds: readonly string[],
): Promise<readonly StoredDisclosure[]> => {
  const disclosures: StoredDisclosure[] = []
  for (let first = 0; first < eventIds.length; first += idsAtATime) {
    const ids = eventIds.slice(first, first + idsAtATime)
    disclosures.push(...(await disclosuresOfSome(store, ids)))
  }
  return disclosures
}

const disclosuresOfSome = async (
  store: ClickHouse,
  ids: readonly string[],
): Promise<readonly StoredDisclosure[]> => {
  const rows = await store.ask<Row>(
    `SELECT DISTINCT toString(event_disclosures.event_id) AS event_id, pointer, salt, value AS json FROM event_disclosures
    WHERE event_disclosures.event_id IN {ids:Array(UUID)}
    ORDER BY event_id, pointer, salt`,
    { parameters: { ids }, settings: questionLimits },
  )
  return rows.map(({ json, ...row }) => ({ ...row, value: JSON.parse(json) }))
}
