import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

export interface Import {
  readonly file: string
  readonly line: number
  readonly specifier: string
}

/** Every module that a file names: static, dynamic and type imports, and re-exports. */
export const importsOf = (folder: string, file: string): Import[] => {
  const text = readFileSync(join(folder, file), 'utf8')
  return ts
    .preProcessFile(file.endsWith('.vue') ? scriptIn(text) : text, true, true)
    .importedFiles.map(({ fileName, pos }) => ({
      file,
      line: text.slice(0, pos).split('\n').length,
      specifier: fileName,
    }))
}

export const packageNamed = (specifier: string): string =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')

/** A component's template and styles become blanks, so that positions stay true. */
const scriptIn = (component: string): string =>
  component.replace(/(^|<\/script>)[\s\S]*?(<script[^>]*>|$(?![\s\S]))/g, (outside) =>
    outside.replace(/[^\n]/g, ' '),
  )
