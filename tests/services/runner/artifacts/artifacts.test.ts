import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { listArtifacts, removeArtifact } from '../../../../services/store/artifacts.ts'
import { listCommands } from '../../../../services/store/commands.ts'
import { toArtifact, toCommand } from '../../../../services/store/rows.ts'
import type { CommandRow } from '../../../../services/store/schema.ts'
import { moveSession, requestRemoval } from '../../../../services/store/session-transitions.ts'
import { getSession } from '../../../../services/store/sessions.ts'
import { openStore } from '../../../../services/store/store.ts'
import { until } from '../../../until.ts'
import { type RunnerRig, runnerRig } from '../rig.ts'
import { killRunner, spawnRunner } from '../spawn-runner.ts'
import { coreFile } from './core-file.ts'

const kept = async (rig: RunnerRig, { session_id, id }: CommandRow) =>
  (await listArtifacts(rig.store, { session: session_id, command: id, limit: 10_000 })).map(row => ({
    ...toArtifact(row),
    content: readFileSync(rig.files.artifact(session_id, id, row.sha256), 'utf8'),
  }))

const leftOut = (row: CommandRow) =>
  Object.fromEntries(toCommand(row).artifacts?.left_out_paths.map(({ path, reason }) => [path, reason]) ?? [])

t.setTimeout(260_000)

t.test('files that match are kept, whole, before the end is told', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const row = await rig.run(
    session,
    'mkdir -p a/b; echo 1 > a/one.txt; echo 2 > a/b/two.txt; echo 2 > .two.txt; echo no > no.log; exit 3',
    { artifacts: ['**/*.txt', 'README.md', 'nothing/here'] },
  )
  t.match(toCommand(row), { status: 'failed', exit_code: 3, artifacts: { collected: 4, left_out: 1 } })
  t.match(leftOut(row), { 'nothing/here': 'no_match' })
  const found = await kept(rig, row)
  t.same(
    found.map(({ path, content, kind }) => [path, content, kind]),
    [
      ['.two.txt', '2\n', 'file'],
      ['README.md', 'hello\n', 'file'],
      ['a/b/two.txt', '2\n', 'file'],
      ['a/one.txt', '1\n', 'file'],
    ],
  )
  for (const { sha256, bytes, content, media_type, path } of found) {
    t.equal(sha256, createHash('sha256').update(content).digest('hex'))
    t.equal(bytes, content.length)
    t.equal(media_type, path.endsWith('.md') ? 'text/markdown' : 'text/plain')
  }
  const none = await rig.run(session, 'true')
  t.equal(toCommand(none).artifacts, null)
})

t.test('of each command that a session is created with', async t => {
  const rig = await runnerRig(t)
  const commands = ['echo 1 > one.txt', 'echo 2 > two.txt; false']
  const { id } = await rig.session(await rig.repository(), { commands, artifacts: ['*.txt'] })
  const rows = await listCommands(rig.store, id)
  const paths = []
  for (const row of rows) paths.push((await kept(rig, await rig.ended(row.id))).map(({ path }) => path))
  t.same(paths, [['one.txt'], ['one.txt', 'two.txt']])
})

t.test('nothing that lies outside, is no file, or belongs to git', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const secret = join(rig.root, 'secret.txt')
  writeFileSync(secret, 'secret')
  const socket = createServer().listen(join(rig.files.worktree(session.id), 'a.socket'))
  t.teardown(() => socket.close())
  await until('the socket', () => existsSync(join(rig.files.worktree(session.id), 'a.socket')))
  const row = await rig.run(
    session,
    [
      'mkfifo a.fifo',
      `ln -s ${secret} out.txt`,
      `ln -s ${rig.root} directory`,
      'ln -s /dev/zero zero',
      'ln -s .git/config config',
      'ln -s missing dangling',
      'ln -s README.md inside',
      'ln -s loop loop',
      'echo x > locked',
    ].join('; '),
    { artifacts: ['*', 'directory/secret.txt', '.git/**', '**/config'] },
  )
  t.same(
    (await kept(rig, row)).map(({ path, content }) => [path, content]),
    [
      ['README.md', 'hello\n'],
      ['inside', 'hello\n'],
      ['locked', 'x\n'],
    ],
  )
  t.same(leftOut(row), {
    'a.fifo': 'not_a_file',
    'a.socket': 'not_a_file',
    'out.txt': 'outside_worktree',
    directory: 'outside_worktree',
    zero: 'outside_worktree',
    config: 'outside_worktree',
    dangling: 'unreadable',
    loop: 'unreadable',
    'directory/secret.txt': 'no_match',
    '.git/**': 'no_match',
  })
})

t.test('no more than fits, and what did not is said', async t => {
  const rig = await runnerRig(t, { artifacts: { maxFiles: 3, maxBytes: 100 } })
  const session = await rig.session(await rig.repository())
  const many = await rig.run(session, 'for i in 1 2 3 4 5; do echo $i > $i.txt; done', {
    artifacts: ['?.txt'],
  })
  t.match(toCommand(many).artifacts, { collected: 3, left_out: 2 })
  t.same(leftOut(many), { '4.txt': 'too_many', '5.txt': 'too_many' })
  const large = await rig.run(session, 'yes | head -c 60 > a; yes n | head -c 60 > b; echo > c', {
    artifacts: ['[a-c]'],
  })
  t.same(leftOut(large), { b: 'too_large' })
  t.same(
    (await kept(rig, large)).map(({ path }) => path),
    ['a', 'c'],
  )
  t.equal(readdirSync(rig.files.artifacts(session.id, large.id)).length, 2, 'no draft is left')
})

t.test('a file of 10 GB is not kept, and keeps nobody waiting', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const row = await rig.run(session, 'truncate -s 10G large; echo small > small', {
    artifacts: ['large', 'small'],
  })
  t.match(toCommand(row).artifacts, {
    collected: 1,
    left_out_paths: [{ path: 'large', reason: 'too_large' }],
  })
})

t.test('a file that grows without end is not kept', async t => {
  const rig = await runnerRig(t, { artifacts: { maxBytes: 1_000_000 } })
  const session = await rig.session(await rig.repository())
  const writer = await rig.queue(session, 'while :; do head -c 400000 /dev/zero >> endless; done')
  await until('it grows', () => existsSync(join(rig.files.worktree(session.id), 'endless')))
  const row = await rig.run(session, 'sleep 0.3', { artifacts: ['endless'] })
  t.same(leftOut(row), { endless: 'too_large' })
  await moveSession(rig.store, session.id, 'stopping', { now: rig.now() })
  rig.wake()
  await rig.ended(writer)
})

t.test('reports are summed up, and a core dump has its executable', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const worktree = rig.files.worktree(session.id)
  writeFileSync(
    join(worktree, 'junit.xml'),
    '<testsuite><testcase/><testcase><failure/></testcase></testsuite>',
  )
  writeFileSync(join(worktree, 'program'), 'machine code')
  writeFileSync(
    join(worktree, 'core.1'),
    coreFile({ program: 'program', signal: 6, mapped: [join(worktree, 'program')] }),
  )
  writeFileSync(
    join(worktree, 'core.2'),
    coreFile({ program: 'sh', signal: 11, mapped: ['/bin/sh', join(worktree, 'program')] }),
  )
  const row = await rig.run(session, 'true', { artifacts: ['*.xml', 'core.*'] })
  const found = Object.fromEntries((await kept(rig, row)).map(one => [one.path, one]))
  t.match(found['junit.xml'], { kind: 'junit', summary: { tests: 2, failures: 1, errors: 0, skipped: 0 } })
  t.match(found.program, { kind: 'file', content: 'machine code' })
  t.match(found['core.1'], {
    kind: 'core',
    summary: { program: 'program', signal: 6, executable: found.program?.id },
  })
  t.match(found['core.2'], { kind: 'core', summary: { program: 'sh', signal: 11, executable: null } })
})

/** Where the kernel writes core dumps into the directory of the program. */
const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim()
if (/^[\w.%-]+$/.test(pattern))
  t.test('a core dump of the kernel', async t => {
    const rig = await runnerRig(t)
    const session = await rig.session(await rig.repository())
    const row = await rig.run(
      session,
      'cp "$(command -v sleep)" nap; ulimit -c unlimited; ./nap 60 & until [ "$(cat /proc/$!/comm)" = nap ]; do :; done; kill -SEGV $!; wait $!',
      { artifacts: ['core*'] },
    )
    const found = await kept(rig, row)
    const [core] = found.filter(({ kind }) => kind === 'core')
    const [nap] = found.filter(({ path }) => path === 'nap')
    t.match(core?.summary, { program: 'nap', signal: 11, executable: nap?.id })
    t.ok(nap)
  })

t.test(
  'they are collected of a command that ended without its runner, and of one that ran out of time',
  async t => {
    const rig = await runnerRig(t)
    const session = await rig.session(await rig.repository())
    const id = await rig.queue(session, 'until [ -e go ]; do sleep 0.1; done; echo late > late.txt', {
      artifacts: ['*.txt'],
    })
    await until('it runs', () => existsSync(rig.files.process(session.id, id, 1)))
    await rig.stop()
    writeFileSync(join(rig.files.worktree(session.id), 'go'), '')
    await until('its end', () => existsSync(join(rig.files.worktree(session.id), 'late.txt')))
    await rig.start()
    t.match(await kept(rig, await rig.ended(id)), [{ path: 'late.txt', content: 'late\n' }])
    const slow = await rig.run(session, 'echo partial > part.txt; sleep 60', {
      artifacts: ['part.txt'],
      timeout: 0.5,
    })
    t.match(slow, { status: 'timed_out' })
    t.match(await kept(rig, slow), [{ path: 'part.txt' }])
  },
)

t.test(
  'a runner that is killed while it collects: each file is kept once, and none of the first try stays',
  async t => {
    const rig = await runnerRig(t)
    const session = await rig.session(await rig.repository())
    await rig.stop()
    let child = await spawnRunner(rig)
    t.teardown(() => killRunner(child))
    const command = 'for i in $(seq 400); do echo $i > $i.txt; done'
    const id = await rig.queue(session, command, { artifacts: ['*.txt'] })
    for (let i = 0; i < 4; i++) {
      const folder = rig.files.artifacts(session.id, id)
      const some = (i + 1) * 10
      await until('it collects', () => existsSync(folder) && readdirSync(folder).length >= some)
      await killRunner(child)
      child = await spawnRunner(rig)
    }
    const row = await rig.ended(id)
    t.match(toCommand(row), { status: 'succeeded', artifacts: { collected: 400, left_out: 0 } })
    const found = await kept(rig, row)
    t.equal(found.length, 400)
    t.ok(found.every(({ path, content }) => path === `${content.trim()}.txt`))
    t.equal(readdirSync(rig.files.artifacts(session.id, id)).length, 400)
  },
)

t.test('the old and the too much go; the rest stays', async t => {
  let now = Date.parse('2026-01-10T00:00:00.000Z')
  const clock = { now: () => now }
  const artifacts = { retainDays: 5, totalBytes: 25 }
  const rig = await runnerRig(t, { clock, artifacts })
  const session = await rig.session(await rig.repository())
  const rows: CommandRow[] = []
  for (let i = 0; i < 4; i++) {
    rows.push(await rig.run(session, `printf '%010d' ${i} > a; cp a b`, { artifacts: ['a', 'b'] }))
    now += 1_000
  }
  await rig.stop()
  await rig.start()
  const left = async () => (await listArtifacts(rig.store, { session: session.id, limit: 100 })).length
  await until('only what fits is left', async () => (await left()) === 2)
  const [first, , , last] = rows
  if (first === undefined || last === undefined) throw new Error('none')
  t.match(await kept(rig, last), [{ path: 'a' }, { path: 'b' }], 'two with one file')
  t.same(readdirSync(rig.files.artifacts(session.id, first.id)), [])
  now += 6 * 86_400_000
  await rig.stop()
  await rig.start()
  await until('they are too old', async () => (await left()) === 0)
  t.same(readdirSync(rig.files.artifacts(session.id, last.id)), [])
})

t.test('of two runners that remove one each of two with one file, one removes the file', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const row = await rig.run(session, 'echo a > a; cp a b', { artifacts: ['a', 'b'] })
  await using another = await openStore(rig.storePath)
  const [a, b] = await listArtifacts(rig.store, { session: session.id, limit: 2 })
  if (a === undefined || b === undefined) throw new Error('they are not there')
  const file = rig.files.artifact(session.id, row.id, a.sha256)
  let removed = 0
  const drop = async () => {
    removed++
    await rm(file)
  }
  await Promise.all([removeArtifact(rig.store, a, drop), removeArtifact(another, b, drop)])
  t.equal(removed, 1)
  t.notOk(existsSync(file))
  t.same(await listArtifacts(rig.store, { session: session.id, limit: 2 }), [])
})

t.test('with their session they go', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const row = await rig.run(session, 'true', { artifacts: ['README.md'] })
  t.equal((await kept(rig, row)).length, 1)
  await requestRemoval(rig.store, session.id, rig.now())
  rig.wake()
  await until('it is gone', async () => (await getSession(rig.store, session.id)) === undefined)
  t.same(await listArtifacts(rig.store, { session: session.id, limit: 1 }), [])
  t.notOk(existsSync(rig.files.session(session.id)))
})
