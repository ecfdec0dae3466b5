/** What it means that a part is away, for those that it is known of. */
const consequences = new Map(
  Object.entries({
    api: 'Until it is back this dashboard and the command line get no answers. Gateways go on deciding by the policy that they have.',
    dashboard: 'Until it is back nobody can open this dashboard.',
    ui: 'Until it is back nobody can open this dashboard.',
    ingest: 'Gateways keep their events until it is back, and send them then.',
    processor: 'Events wait in the log until it is back, and are stored then.',
    kafka: 'Gateways keep their events until it is back, and send them then.',
    clickhouse: 'Until it is back events cannot be looked at; new ones wait to be stored.',
    postgres: 'Until it is back nobody can sign in, and no key of a user is recognised.',
    operator: 'Until it is back changes of servers, grants and sessions wait.',
  }),
)

export const consequenceOf = (key: string): string => {
  const known = consequences.get(key)
  if (known !== undefined) return known
  return key.endsWith('-gateway')
    ? 'Calls to its server fail until it is back.'
    : 'What it does is not done until it is back.'
}
