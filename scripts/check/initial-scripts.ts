import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** The scripts that a page names, whether it runs them or has them fetched ahead: what a browser loads before it shows anything. */
const scriptsOf = (html: string): string[] =>
  [...html.matchAll(/<(?:script|link)\b[^>]*\b(?:src|href)="\/([^"]+\.js)"/g)].map(([, file = '']) => file)

/** The application in `directory` loads no more than `bytesMax` at first, as gzip sends it. */
export const faultsInInitialScripts = (directory: string, bytesMax: number): string[] => {
  const page = join(directory, 'index.html')
  if (!existsSync(page)) return ['has no built page']
  // What the server writes itself, such as /config.js, is no file.
  const files = scriptsOf(readFileSync(page, 'utf8')).filter((file) => existsSync(join(directory, file)))
  if (files.length === 0) return ['has a page that loads no script']
  const sizes = files.map((file) => ({
    file,
    bytes: gzipSync(readFileSync(join(directory, file))).byteLength,
  }))
  const bytes = sizes.reduce((sum, one) => sum + one.bytes, 0)
  if (bytes <= bytesMax) return []
  const largest = sizes.sort((a, b) => b.bytes - a.bytes).map((one) => `${one.file} ${one.bytes}`)
  return [`loads ${bytes} bytes of scripts at first, of ${bytesMax} at most: ${largest.join(', ')}`]
}
