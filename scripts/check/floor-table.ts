/** One row of floors.json: where a package stands and what it may import. */
export interface Floor {
  readonly floor: number
  readonly about: string
  /** Packages of ours on a lower floor; `*` is all of them. */
  readonly down: readonly string[]
  /** Packages of ours on the same floor. */
  readonly sideways?: readonly string[]
  /** Third-party packages (`@x/*` is a scope), each with the only files that may import it. */
  readonly thirdParty: Readonly<Record<string, readonly string[]>>
  /** `false` forbids Node's builtins. */
  readonly node?: boolean
  /** `true`: it is for applications that a bundler builds, so what Node would make of it is nobody's concern. */
  readonly bundled?: boolean
  /** What an entry may pull in when it runs: nothing but its own files and these packages. */
  readonly reach?: Readonly<Record<string, readonly string[]>>
  /** Of the scripts that its application in `dist/app` loads before it shows anything, as gzip sends them. */
  readonly initialScriptBytesMax?: number
}
export type Floors = Readonly<Record<string, Floor>>

export const mayImport = (table: Floors, { floor, down, sideways = [] }: Floor, name: string): boolean =>
  down.includes(name) ||
  sideways.includes(name) ||
  (down.includes('*') && (table[name]?.floor ?? floor) < floor)

/** The table itself can be wrong: a `down` that is not down, a name that is nobody's, a circle on one floor. */
export const faultsInFloors = (table: Floors): string[] =>
  Object.entries(table).flatMap(([from, { floor, down, sideways = [] }]) => [
    ...[...down, ...sideways]
      .filter((to) => to !== '*' && !table[to])
      .map((to) => `floors.json: ${from} → ${to}: there is no ${to}`),
    ...down
      .filter((to) => (table[to]?.floor ?? -1) >= floor)
      .map(
        (to) => `floors.json: ${from} (floor ${floor}) → ${to} (floor ${table[to]?.floor}) does not go down`,
      ),
    ...sideways
      .filter((to) => table[to] && table[to].floor !== floor)
      .map(
        (to) => `floors.json: ${from} (floor ${floor}) → ${to} (floor ${table[to]?.floor}) is not sideways`,
      ),
    ...(returns(table, from, sideways) ? [`floors.json: ${from} reaches itself sideways`] : []),
  ])

const returns = (
  table: Floors,
  home: string,
  steps: readonly string[],
  seen: readonly string[] = [],
): boolean =>
  steps.some(
    (step) =>
      step === home ||
      (!seen.includes(step) && returns(table, home, table[step]?.sideways ?? [], [...seen, step])),
  )
