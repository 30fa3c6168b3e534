import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { UserError } from '../../../../lib/user-error.ts'
import type { Input } from '../../../../tasks/engine/task.ts'
import { FileWatch } from '../../../../tasks/engine/watching/file-watch.ts'
import { WantedPaths } from '../../../../tasks/engine/watching/wanted-paths.ts'
import { watchFault } from '../../../../tasks/engine/watching/watch-fault.ts'
import { WatchedInputs } from '../../../../tasks/engine/watching/watched-inputs.ts'
import { until } from '../../../until.ts'

async function watching(t: Test, inputs: readonly Input[], files: readonly string[]) {
  const root = join(t.testdir(), 'root')
  const write = (name: string, text = '') => {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  mkdirSync(root)
  for (const file of files) write(file)
  const told: string[] = []
  const watch = await FileWatch.start({
    root,
    wanted: new WantedPaths(new Map([['a', new WatchedInputs(root, inputs)]]), []),
    now: Date.now,
    changed: changes => told.push(...changes.map(({ path, removed }) => (removed ? `-${path}` : path))),
    failed: error => t.fail(String(error)),
  })
  t.teardown(() => watch.close())
  const tells = (path: string) => until(`${path} of ${told}`, () => told.includes(path))
  return { root, write, watch, told, tells }
}

t.test('files that are there, come, go and come again', async t => {
  const { root, write, watch, told, tells } = await watching(
    t,
    ['src/**/*.ts', 'one.txt'],
    ['src/a.ts', 'x/y'],
  )
  t.same([...watch.files], ['src/a.ts'])
  write('src/a.ts', 'changed')
  await tells('src/a.ts')
  write('src/new/deep/b.ts')
  await tells('src/new/deep/b.ts')
  rmSync(join(root, 'src'), { recursive: true })
  await tells('-src/a.ts')
  write('src/c.ts')
  await tells('src/c.ts')
  write('one.txt')
  await tells('one.txt')
  write('x/y', 'changed')
  write('src/no.txt')
  write('src/d.ts')
  await tells('src/d.ts')
  t.notOk(told.some(path => path === 'x/y' || path.endsWith('no.txt')))
})

t.test('a file that is saved by renaming another into its place, again and again', async t => {
  const { root, write, told, tells } = await watching(t, ['a.txt'], ['a.txt'])
  for (let i = 0; i < 3; i++) {
    write('a.txt~', String(i))
    renameSync(join(root, 'a.txt~'), join(root, 'a.txt'))
    t.ok(await tells('a.txt'))
    told.length = 0
  }
})

t.test('files outside of the root, and a directory that leads back to itself', async t => {
  const { root, write, tells } = await watching(t, ['../beside/**', 'in/**'], ['../beside/a', 'in/a'])
  symlinkSync(root, join(root, 'in', 'self'))
  write('../beside/a', 'changed')
  t.ok(await tells('../beside/a'))
  write('in/b')
  t.ok(await tells('in/b'))
})

t.test('what the system refuses is told with what helps', async t => {
  const coded = (code: string) => Object.assign(new Error(code), { code })
  for (const [code, fix] of [
    ['ENOSPC', /sysctl fs\.inotify\.max_user_watches=/],
    ['EMFILE', /fs\.inotify\.max_user_instances=.*ulimit -n/],
  ] as const) {
    const fault = watchFault(coded(code))
    t.ok(fault instanceof UserError)
    t.match(fault, { fix })
  }
  const other = coded('EIO')
  t.equal(watchFault(other), other)
})
