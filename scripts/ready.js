// Runs before every npm script that needs the dependencies. Plain JavaScript without imports of ours, because it
// is started by whatever Node the machine has: the Node 24 that the rest runs on is itself one of the dependencies.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stamp = join(root, 'node_modules', '.ready')
const read = (...path) => {
  try {
    return readFileSync(join(root, ...path), 'utf8')
  } catch {
    return ''
  }
}

const lock = read('package-lock.json')
const wanted = createHash('sha256').update(lock).digest('hex')

const bringsNode = () => existsSync(join(root, 'node_modules', 'node', 'bin', 'node'))

/** npm keeps its own record of what it installed, so what somebody installed by hand is not installed again. */
const installedByHand = () => {
  const record = read('node_modules', '.package-lock.json')
  if (record === '') return false
  // Our own packages are links: their versions change with a release, and nothing needs installing for it.
  const dependencies = (json) =>
    Object.fromEntries(
      Object.entries(JSON.parse(json).packages).filter(([path]) => path.startsWith('node_modules/')),
    )
  const installed = dependencies(record)
  const locked = dependencies(lock)
  const matches = (path) =>
    installed[path] === undefined
      ? locked[path].optional === true
      : installed[path].version === locked[path].version
  return (
    Object.keys(locked).every(matches) && Object.keys(installed).every((path) => locked[path] !== undefined)
  )
}

const install = () =>
  new Promise((done) => {
    // Under `npm test` these name the npm that was called and the Node that runs it; alone, npm is found on PATH.
    const { npm_execpath: cli, npm_node_execpath: node = process.execPath } = process.env
    const flags = ['ci', '--no-audit', '--no-fund', '--no-progress']
    const npm = cli
      ? spawn(node, [cli, ...flags], { cwd: root })
      : spawn('npm', flags, { cwd: root, shell: process.platform === 'win32' })
    let output = ''
    npm.stdout.on('data', (text) => (output += text))
    npm.stderr.on('data', (text) => (output += text))
    npm.on('error', (error) => done({ code: 1, output: `${output}${error.message}\n` }))
    npm.on('close', (code) => done({ code: code ?? 1, output }))
  })

const fail = (sentence) => {
  console.error(sentence)
  process.exit(1)
}

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 18)
  fail(`Node ${process.versions.node} is too old to install this project: Node 18 or newer does.`)

if (read('node_modules', '.ready') !== wanted || !bringsNode()) {
  if (!installedByHand() || !bringsNode()) {
    const why = existsSync(join(root, 'node_modules'))
      ? 'node_modules does not match package-lock.json'
      : 'this is the first run here'
    console.log(`Installing the dependencies with npm ci, Node 24 among them, because ${why}.`)
    const began = Date.now()
    const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`
    const progress = setInterval(() => console.log(`  still installing, ${seconds()}`), 5000)
    const { code, output } = await install()
    clearInterval(progress)
    if (code !== 0) {
      // Noise: the older Node that may run npm here is not what the packages will run on, and nobody asked for the manual.
      console.error(
        output
          .replace(/^npm warn EBADENGINE.*\n/gm, '')
          .replace(/^npm error Clean install a project[\s\S]*(?=^npm error Run "npm help)/m, ''),
      )
      fail(
        `npm ci ended with ${code} after ${seconds()}: the dependencies are not installed. npm's own words are above.`,
      )
    }
    if (!bringsNode() && (major < 22 || (major === 22 && minor < 19)))
      fail(
        'npm ci left out Node 24, because install scripts are switched off: npm rebuild node --ignore-scripts=false',
      )
    console.log(`Installed in ${seconds()}.`)
  }
  writeFileSync(stamp, wanted)
}
