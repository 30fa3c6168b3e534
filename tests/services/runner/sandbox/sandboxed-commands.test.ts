import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { isolationFor } from '../../../../services/runner/sandbox/enclosure.ts'
import { findSandbox, runnerIsolation } from '../../../../services/runner/sandbox/sandbox.ts'
import { requestCancel } from '../../../../services/store/commands.ts'
import { submodulesOf, toCommand } from '../../../../services/store/rows.ts'
import { moveSession } from '../../../../services/store/session-transitions.ts'
import { getSession } from '../../../../services/store/sessions.ts'
import { until } from '../../../until.ts'
import { runnerRig } from '../rig.ts'
import { headOf, nameSubmodules, statusOf } from '../submodules/submodule-rig.ts'

t.setTimeout(260_000)
const sandbox = await findSandbox('auto', process.env.PATH ?? '')
if (sandbox.kind === 'none' && process.env.CI === 'true') throw new Error(sandbox.reason)
const skip = sandbox.kind === 'none' ? sandbox.reason : false

const isolated = (t: Test, mode: 'auto' | 'bubblewrap' = 'auto') =>
  runnerRig(t, { sandbox: { mode, own: [], visible: [], home: homedir() } })

t.test('a command has its worktree and git, and neither the store nor another session', { skip }, async t => {
  const rig = await isolated(t)
  const repository = await rig.repository({ 'README.md': 'hello\n' })
  const [one, two] = [await rig.session(repository), await rig.session(repository)]
  t.match(one, { status: 'running', isolation: 'bubblewrap', offline: 0 })
  const sees = await rig.run(
    one,
    'cat README.md; git log --oneline | wc -l; echo more >> README.md; git diff --stat | tail -1',
  )
  t.match(rig.stdout(sees), /^hello\n1\n 1 file changed/)
  for (const path of [
    rig.storePath,
    rig.files.worktree(two.id),
    rig.files.command(one.id, sees.id),
    rig.socket,
  ])
    t.equal((await rig.run(one, ['test', '-e', path])).exit_code, 1, path)
  t.equal(
    rig.stdout(await rig.run(one, 'echo x > "$HOME/x" && echo y > "$TMPDIR/y" && cat /var/tmp/y')),
    'y\n',
  )
  t.equal(rig.stdout(await rig.run(two, 'cat README.md')), 'hello\n')
})

t.test('nobody is told whether there is something where nothing can be seen', { skip }, async t => {
  const rig = await isolated(t)
  const session = await rig.session(await rig.repository())
  const there = rig.storePath
  const notThere = `${there}-missing`
  const links = await rig.run(
    session,
    `ln -s ${there} there; ln -s ${notThere} missing; ln -s ${rig.root} root`,
    {
      artifacts: ['there', 'missing', 'root/store/store.db'],
    },
  )
  t.match(toCommand(links).artifacts, {
    left_out_paths: [
      { path: 'missing', reason: 'outside_worktree' },
      { path: 'there', reason: 'outside_worktree' },
      { path: 'root/store/store.db', reason: 'no_match' },
    ],
  })
  for (const path of [there, notThere, './there', './missing', 'root/store/store.db'])
    t.match(toCommand(await rig.run(session, [path])), {
      failure: { reason: 'executable_not_found', message: `${path}: there is no such program` },
    })
  for (const directory of ['root', 'root/store', 'root/missing'])
    t.match(toCommand(await rig.run(session, ['true'], { directory })), {
      failure: { reason: 'directory_not_found', message: `${directory}: leads out of the worktree` },
    })
})

t.test('what bubblewrap could not run has not failed by itself', { skip }, async t => {
  if (sandbox.kind === 'none') return
  const bin = mkdtempSync(join(tmpdir(), 'bwrap-'))
  t.teardown(() => rmSync(bin, { recursive: true }))
  // The real one, asked for something that is not there from a moment on.
  const script = `#!/bin/sh\n[ -e '${bin}/broken' ] && set -- --ro-bind /nowhere /nowhere "$@"\nexec ${sandbox.program} "$@"\n`
  writeFileSync(join(bin, 'bwrap'), script, { mode: 0o755 })
  const path = `${bin}:${process.env.PATH}`
  const rig = await runnerRig(t, { path, sandbox: { mode: 'auto', own: [], visible: [], home: homedir() } })
  const session = await rig.session(await rig.repository())
  const own = await rig.run(session, 'echo "bwrap: no" >&2; exit 1')
  t.match(toCommand(own), { status: 'failed', exit_code: 1, failure: null }, 'its own failure is its own')
  writeFileSync(join(bin, 'broken'), '')
  const failure = {
    reason: 'spawn_failed',
    message: "bubblewrap could not run it: Can't find source path /nowhere: No such file or directory",
  }
  for (const options of [{}, { merge: true }, { terminal: { columns: 80, rows: 24 } }]) {
    const row = await rig.ended(await rig.queue(session, 'echo ran', options))
    t.match(toCommand(row), { status: 'failed', exit_code: null, failure })
    t.notMatch(rig.stdout(row), /ran/)
  }
})

t.test('asked to end it has its grace, and its own exit code is kept', { skip }, async t => {
  const rig = await runnerRig(t, {
    sandbox: { mode: 'auto', own: [], visible: [], home: homedir() },
    graceMs: 10_000,
  })
  const session = await rig.session(await rig.repository())
  const id = await rig.queue(
    session,
    'trap "echo bye; exit 7" TERM; echo ready; while :; do sleep 0.05; done',
  )
  await rig.printed(session.id, id, 'ready')
  await requestCancel(rig.store, id, rig.now())
  rig.wake()
  const row = await rig.ended(id)
  t.match(row, { status: 'cancelled', exit_code: 7 })
  t.equal(rig.stdout(row), 'ready\nbye\n')
})

t.test('one that does not heed is killed with all that it started', { skip }, async t => {
  const rig = await isolated(t)
  const session = await rig.session(await rig.repository())
  const mark = `sleep 98${process.pid}`
  const line = `trap "" TERM; setsid sh -c 'trap "" TERM; exec ${mark}' & ${mark} & echo ready; wait; wait`
  const id = await rig.queue(session, line)
  await rig.printed(session.id, id, 'ready')
  await requestCancel(rig.store, id, rig.now())
  rig.wake()
  t.match(await rig.ended(id), { status: 'cancelled' })
  const left = await rig.run(session, 'ls /proc')
  t.equal(left.status, 'succeeded')
  t.throws(() => execFileSync('pgrep', ['-f', `^${mark}$`]), 'nobody is left')
})

t.test('it outlives its runner, and the next one takes it up', { skip }, async t => {
  const rig = await isolated(t)
  const session = await rig.session(await rig.repository())
  const id = await rig.queue(session, 'echo one; until [ -e go ]; do sleep 0.1; done; echo two; exit 3')
  await rig.printed(session.id, id, 'one')
  await rig.stop()
  await rig.start()
  await delay(50)
  await rig.run(session, 'touch go')
  const row = await rig.ended(id)
  t.match(row, { status: 'failed', exit_code: 3 })
  t.equal(rig.stdout(row), 'one\ntwo\n')
})

t.test('offline there is no network but a loopback of its own', { skip }, async t => {
  const rig = await isolated(t)
  const session = await rig.session(await rig.repository(), { offline: true })
  t.match(session, { status: 'running', offline: 1, isolation: 'bubblewrap' })
  t.equal(rig.stdout(await rig.run(session, 'tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "')), 'lo\n')
})

t.test('what a command says to the dynamic linker reaches nobody outside', { skip }, async t => {
  const rig = await isolated(t)
  const session = await rig.session(await rig.repository())
  const row = await rig.run(session, ['printenv', 'LD_PRELOAD', 'BASH_ENV'], {
    environment: { LD_PRELOAD: '/no/such/library.so', BASH_ENV: '/no/such/file' },
  })
  t.match(rig.stdout(row), '/no/such/library.so\n/no/such/file\n')
  const complaints = rig.stderr(row).match(/ERROR: ld\.so/g)?.length ?? 0
  t.equal(complaints, 2, 'of the shell inside and of the program, neither of the wrapper nor of bubblewrap')
})

t.test('a directory that a session put a link in place of is not mounted', { skip }, async t => {
  const rig = await runnerRig(t, { sandbox: { mode: 'none', own: [], visible: [], home: '/' } })
  const session = await rig.session(await rig.repository())
  await rig.run(session, 'mv "$HOME" "$HOME.old" && ln -s /etc "$HOME"')
  await rig.store.write(transaction =>
    transaction
      .updateTable('sessions')
      .set({ isolation: 'bubblewrap' })
      .where('id', '=', session.id)
      .execute(),
  )
  await rig.stop()
  const next = await runnerIsolation(
    { mode: 'auto', own: [], visible: [], home: homedir() },
    process.env.PATH ?? '',
  )
  const found = await isolationFor({ store: rig.store, files: rig.files, isolation: next }, session.id)
  t.match(found, { ok: false, message: 'its home is no directory of its own any more' })
})

t.test('what cannot be kept apart does not start, and what was promised is kept', async t => {
  const rig = await runnerRig(t, {
    path: process.env.PATH ?? '',
    sandbox: { mode: 'none', own: [], visible: [], home: '/' },
  })
  const repository = await rig.repository()
  const open = await rig.session(repository)
  t.match(open, { status: 'running', isolation: 'none' })
  t.match(await rig.session(repository, { offline: true }), {
    status: 'failed',
    failure_json: /"isolation_unavailable".*a session without network needs bubblewrap: it is switched off/,
  })
  // As it is where a runner has lost what an earlier one had.
  await moveSession(rig.store, open.id, 'stopping', { now: rig.now() })
  await until('it has stopped', async () => (await getSession(rig.store, open.id))?.status === 'stopped')
  await rig.store.write(transaction =>
    transaction
      .updateTable('sessions')
      .set({ status: 'running', isolation: 'bubblewrap' })
      .where('id', '=', open.id)
      .execute(),
  )
  t.match(await rig.run(open, 'true'), { status: 'failed', failure_json: /runs in bubblewrap.*switched off/ })
})

t.test('of the mirrors of submodules it can read the objects, and write none', { skip }, async t => {
  const rig = await isolated(t)
  const inner = rig.origin({ 'inner.txt': 'inner\n' })
  await rig.repository(inner)
  const origin = rig.origin()
  nameSubmodules(origin, { path: 'inner', url: inner, commit: headOf(inner) })
  const session = await rig.session(await rig.repository(origin))
  t.match(session, { status: 'running', isolation: 'bubblewrap', failure_json: null })
  t.match(await statusOf(rig, session), /^ [0-9a-f]{40} inner .*\n$/)
  const log = await rig.run(session, 'git -C inner log --oneline -p | tail -1')
  t.equal(rig.stdout(log), '+inner\n')
  const [{ mirror } = { mirror: '' }] = submodulesOf(session)
  const directory = rig.files.submodule(session.repository_id, mirror)
  t.equal(rig.stdout(await rig.run(session, ['ls', directory])), 'objects\n')
  t.match(await rig.run(session, ['touch', `${directory}/objects/x`]), { status: 'failed' })
})
