import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import t from 'tap'
import { bundle } from '../../../tasks/prepare/bundle.ts'
import { nameSources } from '../../../tasks/prepare/name-sources.ts'
import { createPlace, Running, root } from '../cli-rig.ts'

/** A program of its own, which is bundled and then run both ways. */
function createProgram(t: { teardown(end: () => void): void }, files: Record<string, string>) {
  const place = createPlace(t)
  place.write('package.json', '{ "type": "module" }')
  symlinkSync(join(root, 'node_modules'), join(place.path, 'node_modules'))
  for (const [name, text] of Object.entries(files)) place.write(name, text)
  const main = join(place.path, 'main.ts')
  const program = join(place.path, '.artifacts/prepared/main.ts.js')
  const make = async () => {
    const made = await bundle(place.path, { name: 'task', main }, program)
    mkdirSync(dirname(program), { recursive: true })
    writeFileSync(program, made.text)
    writeFileSync(`${program}.map`, made.sourceMap)
    return made
  }
  const run = async (path: string) => {
    const running = new Running(process.execPath, [path], { cwd: place.path })
    return { code: await running.end(), stdout: running.stdout, stderr: running.stderr }
  }
  const starter = place.write(
    'starter.mjs',
    `import { readFileSync } from 'node:fs'
import { scriptOf } from ${JSON.stringify(pathToFileURL(join(root, 'tasks/launch.mjs')).href)}
const path = ${JSON.stringify(program)}
await scriptOf({ path, text: readFileSync(path, 'latin1') }).runInThisContext()(specifier => import(specifier))`,
  )
  return { ...place, program, make, source: () => run(main), prepared: () => run(starter) }
}

t.test('a bundle does what its sources do', async t => {
  const program = createProgram(t, {
    'main.ts': `
      import { inspect } from 'node:util'
      import fs, { readFileSync } from 'node:fs'
      import * as path from 'node:path'
      import leven from 'leven'
      import ms from 'ms'
      import semver, { major } from 'semver'
      import { first, type Kind } from './deep/first.ts'
      const kind: Kind = 'käse'
      console.log(inspect({ kind, first }), leven('a', 'b'), ms('1 s'), semver.minor('1.2.3'), major('1.2.3'))
      console.log(typeof readFileSync, fs.readFileSync === readFileSync, path.sep, path.default.sep)
      const { second } = await import('./deep/second.ts')
      console.log(second, await (await import('./deep/second.ts')).later())
      console.log(import.meta.url, import.meta.dirname, import.meta.filename)
      await import(new URL('./beside.ts', import.meta.url).href)`,
    'deep/first.ts': `export type Kind = string
      export const first = import.meta.dirname + import.meta.url`,
    'deep/second.ts': `import { once, EventEmitter } from 'node:events'
      console.log('second is run')
      const module = await Promise.resolve('awaited at the top')
      export const second = module + import.meta.filename
      class Own extends EventEmitter {}
      export const later = async () => {
        const own = new Own()
        setTimeout(() => own.emit('x', 1))
        return once(own, 'x')
      }`,
    'beside.ts': `console.log('beside', import.meta.filename)`,
  })
  const { sources } = await program.make()
  t.same(
    sources.map(path => path.replace(/.*node_modules/, '…')).sort(),
    ['deep/first.ts', 'deep/second.ts', 'main.ts', '…/leven/index.js', '…/ms/index.js'],
    'what it was made from',
  )
  const expected = await program.source()
  t.match(expected, { code: 0, stderr: '', stdout: /awaited at the top/ })
  t.same(await program.prepared(), expected)
})

t.test('nothing is loaded before its time', async t => {
  const told = `console.log(process.moduleLoadList.some(name => name.endsWith(' child_process')))`
  const program = createProgram(t, {
    'main.ts': `import { spawnSync } from 'node:child_process'
      ${told}
      console.log(String(spawnSync('echo', ['spawned']).stdout))
      ${told}`,
  })
  await program.make()
  t.equal((await program.prepared()).stdout, 'false\nspawned\n\ntrue\n')
})

t.test('what would mean another module is refused', async t => {
  const program = createProgram(t, { 'main.ts': `console.log(import.meta.resolve('./x.ts'))` })
  await t.rejects(program.make(), /import\.meta/)
})

t.test('a source that is none', async t => {
  await t.rejects(createProgram(t, { 'main.ts': 'const' }).make())
  await t.rejects(createProgram(t, { 'main.ts': `import './missing.ts'` }).make())
})

t.test('a stack names the sources', async t => {
  const program = createProgram(t, {
    'main.ts': `import { fail } from './fails.ts'\n\nfail()`,
    'fails.ts': `interface Unused { readonly a: 1 }\n\nexport function fail(): never {\n  throw new RangeError('a bug')\n}`,
  })
  await program.make()
  const script = new Script(readFileSync(program.program, 'latin1'), {
    filename: pathToFileURL(program.program).href,
  })
  const error = await script
    .runInThisContext()()
    .catch((error: unknown) => error)
  nameSources(error, program.program)
  const { stack = '' } = error instanceof Error ? error : {}
  t.match(stack, `${pathToFileURL(join(program.path, 'fails.ts'))}:4:`)
  t.match(stack, `${pathToFileURL(join(program.path, 'main.ts'))}:3:`)
  t.notMatch(stack, 'main.ts.js')
  t.equal(nameSources('no error', program.program), 'no error')
})
