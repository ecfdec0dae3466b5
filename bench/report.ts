/** Numbers by name, each name ending in its unit. */
export type Figures = Readonly<Record<string, number>>

/** What a bench found out. */
export interface Outcome {
  readonly figures: Figures
  /** For some figures, what they should be: `<= 150`, `>= 1000`, `== 0`. */
  readonly goals: Readonly<Record<string, string>>
  /** It measured, and what it measured must not be so. A goal that is missed is no failure. */
  readonly failed?: boolean
}

export interface Options {
  readonly quick: boolean
  /** Where a bench draws at random, what it starts from. */
  readonly seed: number
}

/** What every file `bench/NAME.ts` exports as `bench`. It prints as it goes, for people. */
export type Bench = (options: Options) => Outcome | Promise<Outcome>

interface Judged {
  readonly goal: string
  readonly holds: boolean
}

export const judge = ({ figures, goals }: Outcome): Record<string, Judged> =>
  Object.fromEntries(
    Object.entries(goals).map(([name, goal]) => {
      const figure = figures[name]
      if (figure === undefined) throw new Error(`A goal for ${name}, which nobody measured`)
      return [name, { goal, holds: holds(figure, goal) }]
    }),
  )

const holds = (figure: number, goal: string): boolean => {
  const [, relation, limit] = /^(<=|>=|==) (-?\d+(?:\.\d+)?)$/.exec(goal) ?? []
  if (relation === undefined) throw new Error(`Not a goal: ${goal}`)
  if (relation === '==') return figure === Number(limit)
  return relation === '<=' ? figure <= Number(limit) : figure >= Number(limit)
}

/** Goals for people, then one line for programs, the last that is printed. */
export const report = (name: string, quick: boolean, outcome: Outcome): void => {
  const judged = judge(outcome)
  console.log(`\nGoals${quick ? ' (a quick run: repeat without --quick before you believe a number)' : ''}`)
  for (const [figure, { goal, holds }] of Object.entries(judged))
    console.log(`  ${holds ? 'holds ' : 'MISSED'}  ${figure} ${goal}: ${outcome.figures[figure]}`)
  console.log(JSON.stringify({ name, ...(quick ? { quick } : {}), figures: outcome.figures, goals: judged }))
}

/** Three digits say all that a measurement knows. */
export const rounded = (value: number): number =>
  value >= 100 ? Math.round(value) : Number(value.toPrecision(3))
