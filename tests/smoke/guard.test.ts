import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { processEntry } from '../../lib/processes/process-table.ts'
import { gitOutput } from '../../smoke/git.ts'
import { checkoutSnapshot } from '../../smoke/guard/checkout.ts'
import { changesBetween } from '../../smoke/guard/compare.ts'
import {
  compareSnapshots,
  guardedPlaces,
  opencodePlaces,
  savedSnapshots,
  saveSnapshots,
  takeSnapshots,
} from '../../smoke/guard/guard.ts'
import { ignoredSnapshot } from '../../smoke/guard/ignored.ts'
import { snapshotOf } from '../../smoke/guard/snapshot.ts'
import { commit } from './fake-source.ts'
import { room, write } from './room.ts'

const git = { environment: { PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' } }

t.test('content, modes, links, what is new and what is gone are seen, and nothing else', async t => {
  const place = room(t)
  write(join(place, 'same', 'a'), 'a')
  for (const name of ['content', 'mode', 'gone']) write(join(place, name), 'b')
  symlinkSync('/one', join(place, 'link'))
  const before = await snapshotOf(place)
  writeFileSync(join(place, 'same', 'a'), 'a')
  t.same(changesBetween(place, before, await snapshotOf(place)), [], 'written again with what it was')
  writeFileSync(join(place, 'content'), 'c')
  chmodSync(join(place, 'mode'), 0o600)
  rmSync(join(place, 'gone'))
  rmSync(join(place, 'link'))
  symlinkSync('/two', join(place, 'link'))
  write(join(place, 'new', 'file'))
  t.same(
    changesBetween(place, before, await snapshotOf(place)).map(
      ({ path, how }) => `${how} ${path.slice(place.length)}`,
    ),
    ['changed /content', 'removed /gone', 'changed /link', 'changed /mode', 'added /new', 'added /new/file'],
  )
})

t.test('what a checkout has git start ends with it, though it holds its pipes, and in time', async t => {
  const root = room(t)
  const hook = join(root, 'hook')
  const mark = join(root, 'pid')
  write(join(root, 'file'), 'a')
  commit(root, 'one')
  const hookThat = (script: string) => {
    writeFileSync(hook, `#!/bin/sh\n${script}`, { mode: 0o700 })
    execFileSync('git', ['config', 'core.fsmonitor', hook], { cwd: root })
  }
  const pid = () => Number(readFileSync(mark, 'utf8'))
  hookThat(`setsid sleep 600 >&2 & echo $! > ${mark}`)
  t.match(await gitOutput(git, root, 'status', '--porcelain'), '?? hook')
  t.not(processEntry(pid())?.zombie, false)
  hookThat(`sleep 600 & echo $! > ${mark}; wait`)
  await t.rejects(gitOutput({ ...git, deadlineMs: 1_000 }, root, 'status'), {
    name: 'UserError',
    message: /git status failed in .*: it did not end within 1 s/,
  })
  t.not(processEntry(pid())?.zombie, false)
  await t.rejects(gitOutput({ ...git, signal: AbortSignal.timeout(500) }, root, 'status'), {
    name: 'TimeoutError',
  })
  await t.rejects(gitOutput({ environment: { PATH: root } }, root, 'status'), {
    name: 'UserError',
    message: /git cannot be started/,
  })
})

t.test('a place that is not there, or is a file, counts too', async t => {
  const place = join(room(t), 'place')
  const before = await snapshotOf(place)
  t.same(before, {})
  write(place, 'now')
  t.same(changesBetween(place, before, await snapshotOf(place)), [{ path: place, how: 'added' }])
})

t.test(
  'of a checkout its commits, branches, settings and files count, also those that are ignored',
  async t => {
    const root = room(t)
    write(join(root, '.gitignore'), '.artifacts\nignored\npackages\n')
    write(join(root, 'packages/one/index.js'), 'a')
    write(join(root, 'packages/worktree/.git'), 'gitdir: /none')
    write(join(root, 'file'), 'a')
    commit(root, 'one')
    write(join(root, 'mine'), 'not committed')
    utimesSync(join(root, 'packages/one/index.js'), 1, 1)
    const guarded = { checkouts: [root], places: [] }
    const take = () => takeSnapshots(guarded, git)
    const before = await take()
    const changed = async () =>
      changesBetween('', before[root] ?? {}, (await take())[root] ?? {}).map(
        ({ path, how }) => `${how} ${path}`,
      )
    for (const name of ['.artifacts/logs/api.log', 'packages/.cache/x', 'packages/one/__pycache__/x'])
      write(join(root, name), 'x')
    write(join(root, 'packages/worktree/file'), 'x')
    t.same(
      await changed(),
      [],
      'what is written at run time, or in another checkout, is of whoever works there',
    )
    const run = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'pipe' })
    const table: [string, () => unknown, () => unknown, string[]][] = [
      ['a file', () => write(join(root, 'file'), 'b'), () => write(join(root, 'file'), 'a'), ['added file']],
      [
        'one that had been changed before',
        () => write(join(root, 'mine'), 'other'),
        () => write(join(root, 'mine'), 'not committed'),
        ['changed mine'],
      ],
      ['a branch', () => run('branch', 'b'), () => run('branch', '-D', 'b'), ['changed refs']],
      [
        'a setting',
        () => run('config', 'a.b', 'c'),
        () => run('config', '--remove-section', 'a'),
        ['changed configuration'],
      ],
      [
        'a hook',
        () => write(join(root, '.git/hooks/post-checkout')),
        () => rmSync(join(root, '.git/hooks/post-checkout')),
        ['added .git/hooks/post-checkout'],
      ],
      [
        'an ignored file',
        () => write(join(root, 'ignored'), 'x'),
        () => rmSync(join(root, 'ignored')),
        ['added ignored'],
      ],
      [
        'a token of the server there',
        () => write(join(root, '.artifacts/secrets/admin-token'), 'x'),
        () => rmSync(join(root, '.artifacts/secrets'), { recursive: true }),
        ['added .artifacts/secrets', 'added .artifacts/secrets/admin-token'],
      ],
      [
        'what is installed',
        () => write(join(root, 'packages/one/two/index.js'), 'b'),
        () => rmSync(join(root, 'packages/one/two'), { recursive: true }),
        ['added packages/one/two', 'added packages/one/two/index.js'],
      ],
      [
        'a file of that',
        () => writeFileSync(join(root, 'packages/one/index.js'), 'longer'),
        () => {
          write(join(root, 'packages/one/index.js'), 'a')
          utimesSync(join(root, 'packages/one/index.js'), 1, 1)
        },
        ['changed packages/one/index.js'],
      ],
      [
        'what is ignored here alone',
        () => write(join(root, '.git/info/attributes'), '* text'),
        () => rmSync(join(root, '.git/info/attributes')),
        ['added .git/info/attributes'],
      ],
    ]
    for (const [what, change, back, expected] of table) {
      change()
      t.same(await changed(), expected, what)
      back()
      t.same(await changed(), [], `${what} put back`)
    }
  },
)

t.test('what git ignores and nobody here may look at is passed over', async t => {
  const root = room(t)
  const names = ['kept/data/file', 'kept/listed/file', 'kept/seen']
  for (const name of names) write(join(root, name))
  chmodSync(root, 0o755)
  chmodSync(join(root, 'kept/data'), 0)
  chmodSync(join(root, 'kept/listed'), 0o444)
  t.teardown(() => chmodSync(join(root, 'kept/data'), 0o700))
  const asRoot = process.getuid?.() === 0
  if (asRoot) process.seteuid?.(65_534)
  t.teardown(() => asRoot && process.seteuid?.(0))
  const seen = await ignoredSnapshot(root, ['kept/'])
  if (asRoot) process.seteuid?.(0)
  t.same(Object.keys(seen).sort(), ['kept/data', 'kept/listed', 'kept/seen'])
})

t.test('what somebody else is writing is told, and nothing that the run is blamed for', async t => {
  const place = room(t)
  write(join(place, 'log'), '')
  write(join(place, 'quiet'), '')
  const before = await takeSnapshots({ checkouts: [], places: [place] }, git)
  const log = openSync(join(place, 'log'), 'a')
  writeFileSync(log, 'a line')
  writeFileSync(join(place, 'quiet'), 'changed')
  const after = await takeSnapshots({ checkouts: [], places: [place] }, git)
  const changesOf = (isOurs: boolean) => {
    const { changes, others } = compareSnapshots(before, after, () => isOurs)
    return [changes, others].map(all => all.map(({ path }) => path.slice(place.length)))
  }
  t.same(changesOf(false), [['/quiet'], ['/log']])
  t.same(changesOf(true), [['/log', '/quiet'], []], 'a process of the run is no excuse')
  const another = spawn('sh', ['-c', 'exec 3>>"$1"; echo; exec sleep 600', 'sh', join(place, 'log')])
  t.teardown(() => another.kill('SIGKILL'))
  await once(another.stdout, 'data')
  for (const ours of [process.pid, another.pid]) {
    const { changes } = compareSnapshots(before, after, pid => pid === ours)
    t.same(changes.length, 2, 'nor is a stranger beside one')
  }
  another.kill('SIGKILL')
  await once(another, 'exit')
  closeSync(log)
  t.same(changesOf(false), [['/log', '/quiet'], []], 'nor is one that has gone')
})

t.test('the places are those that the variables of the host lead to', async t => {
  t.same(guardedPlaces('/home/me', {}).slice(0, 4), [
    '/home/me/.codex',
    '/home/me/.pm2',
    '/home/me/.debug-server',
    '/home/me/.config/debug-server',
  ])
  const named = guardedPlaces('/home/me', { CODEX_HOME: '/c', PM2_HOME: '/p', XDG_CONFIG_HOME: '/x' })
  for (const place of ['/c', '/p', '/x/debug-server', '/home/me/.debug-server'])
    t.ok(named.includes(place), place)
  t.same(opencodePlaces('/home/me', { XDG_CONFIG_HOME: '/x' }), [
    '/x/opencode',
    '/home/me/.local/share/opencode/auth.json',
  ])
})

t.test('snapshots are kept in a file', async t => {
  const directory = room(t)
  mkdirSync(join(directory, 'place'))
  const snapshots = await takeSnapshots({ checkouts: [], places: [join(directory, 'place')] }, git)
  await saveSnapshots(join(directory, 'before.json'), snapshots)
  t.same(await savedSnapshots(join(directory, 'before.json')), snapshots)
})

t.test('a checkout is read as itself in a hook of another one, too', async t => {
  const [root, other] = [room(t), room(t)]
  for (const [at, directory] of [root, other].entries()) {
    write(join(directory, 'file'), String(at))
    commit(directory, 'one')
  }
  const hook = {
    ...git.environment,
    GIT_DIR: join(other, '.git'),
    GIT_WORK_TREE: other,
    GIT_INDEX_FILE: '/none',
  }
  t.same(await checkoutSnapshot(root, { environment: hook }), await checkoutSnapshot(root, git))
})

t.test('a place that is a link, or has one to a file, counts by what is there', async t => {
  const kept = join(room(t), 'kept')
  const home = room(t)
  write(join(kept, 'codex/config.toml'), 'a')
  write(join(kept, 'npmrc'), 'a')
  symlinkSync(join(kept, 'codex'), join(home, '.codex'))
  symlinkSync(join(kept, 'npmrc'), join(home, '.npmrc'))
  symlinkSync('.loop', join(home, '.loop'))
  const guarded = { checkouts: [], places: ['.codex', '.npmrc', '.loop'].map(name => join(home, name)) }
  const before = await takeSnapshots(guarded, git)
  write(join(kept, 'codex/config.toml'), 'b')
  write(join(kept, 'npmrc'), 'b')
  const { changes } = compareSnapshots(before, await takeSnapshots(guarded, git), () => false)
  t.same(
    changes.map(({ path }) => path).sort(),
    [join(home, '.npmrc'), join(kept, 'codex/config.toml'), join(kept, 'npmrc')].sort(),
  )
})
