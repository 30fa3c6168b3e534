import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { createPlace, Running, root } from './cli-rig.ts'

/** A package with a command of its own that hands over, and a preload that makes this Node look like an old one. */
function createPackage(t: { teardown(end: () => void): void }) {
  const place = createPlace(t)
  for (const name of ['lib/hand-over.mjs', 'lib/compile-cache.mjs'])
    cpSync(join(root, name), join(place.path, name))
  place.write('package.json', '{ "type": "module" }')
  place.write(
    'old.cjs',
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } })`,
  )
  place.write(
    'bin.mjs',
    `import { handOver } from './lib/hand-over.mjs'
const launcher = process.env.LAUNCHER === undefined ? {} : { launcher: import.meta.dirname + '/launcher.mjs' }
await handOver({ root: import.meta.dirname, main: import.meta.dirname + '/main.ts', writes: process.env.WRITES !== 'no', ...launcher })`,
  )
  place.write(
    'launcher.mjs',
    `export async function launch(options) {
  console.log(JSON.stringify({ ...options, args: process.argv.slice(1) }))
}`,
  )
  place.write(
    'main.ts',
    `import { getCompileCacheDir } from 'node:module'
const args: readonly string[] = process.argv.slice(2)
console.log(JSON.stringify({ args, main: process.argv[1], cache: getCompileCacheDir(), ppid: process.ppid, execArgv: process.execArgv }))
if (args[0] === 'code') process.exitCode = Number(args[1])
if (args[0] === 'signal') process.kill(process.pid, args[1])
if (args[0] === 'read') process.stdin.pipe(process.stdout)`,
  )
  const modules = join(place.path, 'node_modules/.bin')
  const run = async (args: readonly string[], { old = true, env = {}, input = '' } = {}) => {
    const node = old ? ['-r', join(place.path, 'old.cjs')] : []
    const running = new Running(process.execPath, [...node, join(place.path, 'bin.mjs'), ...args], {
      cwd: '/',
      env,
    })
    running.child.stdin?.end(input)
    const code = await running.end()
    const [line = ''] = running.stdout.split('\n', 1)
    const told: Record<string, unknown> = line.startsWith('{') ? JSON.parse(line) : {}
    return { code, stderr: running.stderr, stdout: running.stdout, told, pid: running.child.pid }
  }
  const withNode = () => {
    mkdirSync(modules, { recursive: true })
    symlinkSync(process.execPath, join(modules, 'node'))
  }
  return { ...place, run, withNode }
}

t.test('a Node that is new enough runs the program itself', async t => {
  const { run, path } = createPackage(t)
  const { code, told } = await run(['a', '--b=c d'], { old: false })
  t.equal(code, 0)
  t.match(told, { args: ['a', '--b=c d'], main: join(path, 'main.ts'), ppid: process.pid })
})

t.test('an old one runs it in one child with the Node of the dependencies', async t => {
  const { run, path, withNode } = createPackage(t)
  withNode()
  const { code, told, pid } = await run(['a', '--b=c d'])
  t.equal(code, 0)
  t.match(told, { args: ['a', '--b=c d'], main: join(path, 'main.ts'), ppid: pid, execArgv: [] })
})

t.test('exit codes, signals and stdin pass through', async t => {
  const { run, withNode } = createPackage(t)
  withNode()
  t.equal((await run(['code', '3'])).code, 3)
  t.equal((await run(['signal', 'SIGKILL'])).code, 137)
  t.equal((await run(['signal', 'SIGTERM'])).code, 143)
  t.match(await run(['read'], { input: 'typed' }), { code: 0, stdout: /\ntyped$/ })
})

t.test('no new Node anywhere: said, with what to do', async t => {
  const { run } = createPackage(t)
  t.match(await run([]), {
    code: 1,
    stdout: '',
    stderr: /^Node 20\.0\.0 is too old to run this[^\n]*\n {2}run "npm ci --include=optional" in /,
  })
})

t.test('compiled code is kept under the package', async t => {
  const { run, path } = createPackage(t)
  const { told } = await run([], { old: false })
  t.match(told.cache, join(path, '.artifacts/compile-cache'))
  t.ok(existsSync(join(path, '.artifacts/compile-cache')))
})

t.test('where nothing may be written, nothing is', async t => {
  const { run, path } = createPackage(t)
  const { code, told } = await run([], { old: false, env: { WRITES: 'no' } })
  t.equal(code, 0)
  t.equal(told.cache, undefined)
  t.notOk(existsSync(join(path, '.artifacts')))
})

t.test('a package that cannot be written: a private directory among the temporary ones, or none', async t => {
  const { run, path, write } = createPackage(t)
  write('.artifacts', 'a file where the directory should be')
  const temporary = join(dirname(path), 'tmp')
  mkdirSync(temporary)
  const env = { TMPDIR: temporary }
  const { code, told } = await run([], { old: false, env })
  t.equal(code, 0)
  t.match(told.cache, join(temporary, 'debug-server-compile-cache-'))
  t.match(readdirSync(temporary), [/^debug-server-compile-cache-/])
  t.match(await run([], { old: false, env: { TMPDIR: join(path, 'main.ts') } }), { code: 0 })
})

t.test('a launcher decides what is imported', async t => {
  const { run, path, withNode } = createPackage(t)
  withNode()
  for (const old of [false, true])
    for (const writes of [false, true]) {
      const { code, told } = await run(['a'], {
        old,
        env: { LAUNCHER: 'yes', WRITES: writes ? 'yes' : 'no' },
      })
      t.equal(code, 0)
      t.same(told, { root: path, main: join(path, 'main.ts'), writes, args: [join(path, 'main.ts'), 'a'] })
    }
})

t.test('importing it runs nothing', async t => {
  const { majorVersion } = await import(pathToFileURL(join(root, 'lib/hand-over.mjs')).href)
  t.ok(majorVersion() >= 24)
})
