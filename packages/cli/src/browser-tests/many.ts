import type { Page } from 'playwright-core'

export const counts = { grants: 2_000, sessions: 5_000, servers: 500, tools: 60 } as const

type Item = Readonly<Record<string, unknown>>

/** Names as nobody should give them, and as somebody will. */
export const oddNames = {
  email: `${'a'.repeat(60)}.${'b'.repeat(60)}@${'c'.repeat(60)}.example.org`,
  markup: '<img src=x onerror=window.hacked=true>',
  bidi: 'ops\u202egpj.exe',
  hebrew: 'שלום-עולם',
  object: `${Array.from({ length: 4 }, (_, at) => String(at).repeat(62)).join('.')}.x`.slice(0, 253),
} as const
const humans = [oddNames.email, oddNames.markup, oddNames.bidi, oddNames.hebrew]

const repeated = (count: number, of: Item, change: (at: number) => Item): Item[] =>
  Array.from({ length: count }, (_, at) => ({ ...of, ...change(at) }))
const numbered = (what: string, at: number) => `${what}-${String(at).padStart(4, '0')}`
const subjectAt = (at: number) => ({
  agentID: numbered('agent', at % 300),
  humanID: at < humans.length ? humans[at] : `person-${at}@example.org`,
})

/** As much of a list as was asked for, and where it goes on. */
const paged = (grown: Item, url: string): Item => {
  const asked = new URL(url).searchParams
  const [name, list] = Object.entries(grown)[0] ?? []
  if (name === undefined || !Array.isArray(list)) return grown
  const from = Number(asked.get('cursor') ?? 0)
  const to = from + Number(asked.get('limit') ?? list.length)
  return { [name]: list.slice(from, to), ...(to < list.length && { next_cursor: String(to) }) }
}

/** Answers of the API as they are, with as many of everything as a large company has. */
export const growAnswers = async (page: Page): Promise<void> => {
  const grow = (pattern: RegExp, change: (body: Record<string, unknown>) => Item) =>
    page.route(pattern, async (route) => {
      const url = new URL(route.request().url())
      url.searchParams.delete('cursor')
      const answer = await route.fetch({ url: url.href })
      const body = (await answer.json()) as Record<string, unknown>
      await route.fulfill({
        response: answer,
        json: { ...body, ...paged(change(body), route.request().url()) },
      })
    })
  const first = (items: unknown): Item => (items as readonly Item[])[0] ?? {}
  await grow(/\/api\/runtime\/grants\?/, ({ grants }) => ({
    grants: repeated(counts.grants, first(grants), (at) => ({
      name: at === 0 ? oddNames.object : numbered('grant', at),
      subject: subjectAt(at),
    })),
  }))
  await grow(/\/api\/runtime\/sessions\?/, ({ sessions }) => ({
    sessions: repeated(counts.sessions, first(sessions), (at) => ({
      name: at === 0 ? oddNames.object : numbered('sess', at),
      subject: subjectAt(at),
    })),
  }))
  await grow(/\/api\/runtime\/servers\?/, ({ servers }) => ({
    servers: [
      first(servers),
      ...repeated(counts.servers - 1, first(servers), (at) => ({
        name: at === 0 ? 's'.repeat(63) : numbered('server', at),
        description: [oddNames.markup, oddNames.bidi, oddNames.object][at] ?? `What server ${at} is for`,
      })),
    ],
  }))
  await grow(/\/api\/runtime\/policy\?/, ({ json }) => {
    const { revision: _, ...document } = JSON.parse(String(json)) as Record<string, unknown>
    const ids = (at: number) => ({
      agent_id: subjectAt(at).agentID,
      human_id: subjectAt(at).humanID,
    })
    const grown = {
      ...document,
      tools: [
        ...(document['tools'] as readonly Item[]),
        ...repeated(counts.tools, first(document['tools']), (at) => ({
          name: at === 0 ? `tool ${oddNames.markup} ${'x'.repeat(190)}` : numbered('tool', at),
        })),
      ],
      grants: repeated(counts.grants, first(document['grants']), (at) => ({
        name: numbered('grant', at),
        ...ids(at),
      })),
      sessions: repeated(counts.sessions, first(document['sessions']), (at) => ({
        name: numbered('sess', at),
        ...ids(at),
      })),
    }
    return { json: JSON.stringify(grown) }
  })
}
