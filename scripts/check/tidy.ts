import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { run } from '../run.ts'
import type { Step } from './step.ts'

export const tidy: Step = {
  name: 'tidy',
  about: 'names that say nothing, files too long, work left open, classes, machine paths',
  async run({ root }) {
    const { code, output } = await run(
      'git',
      ['ls-files', '--cached', '--others', '--exclude-standard'],
      root,
    )
    if (code !== 0) return [`git ls-files: ${output}`]
    return output
      .split('\n')
      .filter((file) => !/(^|\/)(package-lock\.json|LICENSE)$|\.(png|ico|woff2)$/.test(file))
      .flatMap((file) => {
        try {
          return faultsIn(file, readFileSync(join(root, file), 'utf8'))
        } catch (error) {
          // git also lists what is deleted and not yet staged, and links to folders.
          if (['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
          throw error
        }
      })
  },
}

const linesMax = 400
const emptyNames = ['utils', 'util', 'helpers', 'helper', 'common', 'lib', 'shared', 'misc']

interface Rule {
  readonly why: string
  readonly pattern: RegExp
  /** Which files the rule reads; all, when it does not say. */
  readonly files?: RegExp
  readonly except?: RegExp
}

// The patterns are written so that this file does not match itself.
const rules: readonly Rule[] = [
  { why: 'work left open: do it, or file an issue', pattern: /\b(TO[D]O|FIX[M]E|X{3})\b/ },
  { why: 'a path of somebody’s machine', pattern: /(^|[\s"'`(=:])\/(root|home|work|Users)\// },
  {
    why: 'a test that runs alone or not at all',
    pattern: /\b(describe|it|test|bench)\.(only|skip|todo)\b/,
    files: /\.ts$/,
  },
  { why: 'an image without a version', pattern: /\bimage:\s*\S+:latest\b/, files: /\.ya?ml$/ },
  {
    why: 'the environment is read in main.ts, through config.ts',
    pattern: /\bprocess\.env\b/,
    files: /^(packages|examples|fixtures)\/.*\.(ts|vue)$/,
    except: /(^|\/)(main|config)\.ts$|\.test\.ts$/,
  },
  { why: 'v-html puts text of others into the page as markup', pattern: /\bv-html\b/, files: /\.vue$/ },
]

export const faultsIn = (file: string, text: string): string[] => {
  const lines = text.split('\n')
  const names = file.split('/').map((part) => part.replace(/\..*$/, '').toLowerCase())
  const empty = names.find((name) => emptyNames.includes(name))
  const isCode = /\.(ts|js|vue|sql)$/.test(file)
  const found = rules
    .filter(({ files, except }) => (files?.test(file) ?? true) && !except?.test(file))
    .flatMap(({ why, pattern }) =>
      lines.flatMap((line, at) =>
        pattern.test(line) ? [`${file}:${at + 1}: ${why}: ${line.trim().slice(0, 80)}`] : [],
      ),
    )
  return [
    ...(empty ? [`${file}: "${empty}" does not say what is in it`] : []),
    ...(isCode && !file.endsWith('.test.ts') && lines.length > linesMax
      ? [`${file}: ${lines.length} lines; ${linesMax} is the most, and half of it is better`]
      : []),
    ...found,
    ...(file.endsWith('.ts') ? classesIn(file, text) : []),
  ]
}

/** Factories and closures compose, classes inherit: only errors are classes, because `instanceof` is their use. */
const classesIn = (file: string, text: string): string[] => {
  if (!/\bclass\b/.test(text)) return []
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const faults: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isClassLike(node) && !node.heritageClauses?.some((clause) => /Error\b/.test(clause.getText()))) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1
      faults.push(`${file}:${line}: a class that is no error: write a factory`)
    }
    node.forEachChild(visit)
  }
  visit(source)
  return faults
}
