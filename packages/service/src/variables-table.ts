import type { ConfigVariable } from './config.ts'

/** The table of a README, in Markdown: a test compares, so that it always tells what the process reads. */
export const variablesTable = (variables: readonly ConfigVariable[]): string =>
  [
    '| variable | default | |',
    '|---|---|---|',
    ...variables.map(({ name, about, fallback, required }) => {
      const given = required ? '(needed)' : fallback ? `\`${fallback}\`` : ''
      return `| \`${name}\` | ${given} | ${about} |`
    }),
  ].join('\n')
