import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import { type App, type Problem, ProblemError, shellProblems } from '@mcp-sentinel/service'

/** Where the build put the application. */
const builtInto = fileURLToPath(new URL('../dist/app', import.meta.url))

/**
 * What a page may load and where it may send: only what comes from here. Components set styles of elements by script,
 * never in the page's text.
 */
const pageHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'strict-origin-when-cross-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cross-origin-opener-policy': 'same-origin',
}

const notBuilt: Problem = {
  status: 503,
  code: 'not_built',
  message: 'the pages of the dashboard are not built: npm run build does it',
}

/** The application: its files by their names, its page for every address of its own. */
export const serveFiles = async (app: App, directory = builtInto): Promise<void> => {
  if (!existsSync(join(directory, 'index.html'))) {
    app.get('/*', () => {
      throw new ProblemError(notBuilt)
    })
    return
  }
  await app.register(fastifyStatic, {
    root: directory,
    wildcard: false,
    index: false,
    decorateReply: true,
    setHeaders: (reply, path) => {
      // Their names have a digest of what is in them; all else may be another file tomorrow.
      const isForever = path.startsWith(join(directory, 'assets/'))
      void reply.header('cache-control', isForever ? 'public, max-age=31536000, immutable' : 'no-cache')
      void reply.headers(pageHeaders)
    },
  })
  // A file of an older page: the page would only be taken for it.
  app.get('/assets/*', () => {
    throw new ProblemError(shellProblems.not_found)
  })
  app.get('/*', (_, reply) => reply.sendFile('index.html'))
}
