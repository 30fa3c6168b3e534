import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:net'
import { dirname, join } from 'node:path'
import t from 'tap'
import { identify, isAlive } from '../../../lib/processes/identity.ts'
import { environmentReader, processTable } from '../../../lib/processes/process-table.ts'
import { readExitFile, readProcessFile } from '../../../services/runner/commands/wrapper-files.ts'
import { getCommand, requestCancel, startCommand } from '../../../services/store/commands.ts'
import { addRepository, getRepository } from '../../../services/store/repositories.ts'
import { moveSession } from '../../../services/store/session-transitions.ts'
import { getSession } from '../../../services/store/sessions.ts'
import { until } from '../../until.ts'
import { silentServer } from './git-daemon.ts'
import { runnerRig } from './rig.ts'

t.setTimeout(240_000)

const connections = (server: Server) =>
  new Promise<number>(resolve => server.getConnections((_, count) => resolve(count)))

/** Prints 1000 lines, the second half once the file `go` is there, and ends with 6. */
const steady =
  'i=0; while [ $i -lt 1000 ]; do i=$((i+1)); echo line $i; [ $i = 500 ] && until [ -e go ]; do sleep 0.1; done; done; exit 6'
const steadyLog = Array.from({ length: 1000 }, (_, i) => `line ${i + 1}\n`).join('')

t.test('a command goes on without its runner, and the next one takes it up', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const go = () => writeFileSync(join(rig.files.worktree(session.id), 'go'), '')

  const id = await rig.queue(session, steady)
  await rig.printed(session.id, id, 'line 500')
  await rig.stop()
  t.match(await getCommand(rig.store, id), { status: 'running', ended_at: null })
  await rig.start()
  rig.wake()
  go()
  const row = await rig.ended(id)
  t.match(row, { status: 'failed', exit_code: 6, failure_json: null, stdout_bytes: steadyLog.length })
  t.equal(rig.stdout(row), steadyLog)
})

t.test('a command that ends while no runner is there', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const id = await rig.queue(session, `setsid sleep 300 & echo pid $!; ${steady}`)
  const pid = Number(/pid (\d+)/.exec(await rig.printed(session.id, id, 'line 500'))?.[1])
  const left = identify(pid)
  await rig.stop()
  writeFileSync(join(rig.files.worktree(session.id), 'go'), '')
  await until('the exit file', () => readExitFile(rig.files.exitStatus(session.id, id)))
  t.match(await getCommand(rig.store, id), { status: 'running' })
  await rig.start()
  const row = await rig.ended(id)
  t.match(row, { status: 'failed', exit_code: 6 })
  t.equal(rig.stdout(row), `pid ${pid}\n${steadyLog}`)
  t.notOk(left !== undefined && isAlive(left), 'what it left behind ends then')
})

t.test('a command that was taken but not started by a runner that died is started by the next', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  await rig.stop()
  const id = await rig.queue(session, 'echo once >> times; cat times')
  t.ok(await startCommand(rig.store, id, rig.now()))
  await rig.start()
  const row = await rig.ended(id)
  t.match(row, { status: 'succeeded' })
  t.equal(rig.stdout(row), 'once\n')
})

t.test('what was to be cancelled before it began is run by no wrapper that comes later', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  await rig.stop()
  const id = await rig.queue(session, 'true')
  t.ok(await startCommand(rig.store, id, rig.now()))
  await requestCancel(rig.store, id, rig.now())
  mkdirSync(rig.files.attempt(session.id, id, 1), { recursive: true })
  await rig.start()
  t.match(await rig.ended(id), { status: 'cancelled', exit_code: null })
  // That of the runner before, which had been stopped just when it was about to be started.
  const ran = join(rig.root, 'ran')
  const wrapper = join(import.meta.dirname, '../../../services/runner/commands/command-wrapper.sh')
  spawnSync('sh', [wrapper, rig.files.attempt(session.id, id, 1), '-', '0', 'touch', ran])
  t.notOk(existsSync(ran))
})

t.test('a wrapper that an earlier runner had started is not run a second time', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const id = await rig.queue(session, 'echo once >> times; until [ -e go ]; do sleep 0.1; done; cat times')
  await until('it runs', () => readProcessFile(rig.files.process(session.id, id)))
  const before = readFileSync(rig.files.process(session.id, id), 'utf8')
  await rig.stop()
  await rig.start()
  writeFileSync(join(rig.files.worktree(session.id), 'go'), '')
  const row = await rig.ended(id)
  t.equal(rig.stdout(row), 'once\n')
  t.equal(readFileSync(rig.files.process(session.id, id), 'utf8'), before)
})

t.test('a wrapper that an earlier runner had just started, and that is quicker, is not ended', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  await rig.stop()
  const id = await rig.queue(session, 'echo twice >> times')
  t.ok(await startCommand(rig.store, id, rig.now()))
  // It has made its process file, and not written it yet, when the next runner looks.
  const [processFile, exitFile] = [rig.files.process(session.id, id), rig.files.exitStatus(session.id, id)]
  mkdirSync(dirname(processFile), { recursive: true })
  writeFileSync(processFile, '')
  const script = `until [ -e "$1" ]; do sleep 0.1; done; echo once >> times; echo 9 > "$2"`
  const go = join(rig.root, 'go')
  const wrapper = spawn('/bin/sh', ['-c', script, 'sh', go, exitFile], {
    cwd: rig.files.worktree(session.id),
    env: { PATH: process.env.PATH, DEBUG_SERVER_SCOPES: id },
    stdio: 'ignore',
  })
  t.teardown(() => wrapper.kill('SIGKILL'))
  const identity = wrapper.pid === undefined ? undefined : identify(wrapper.pid)
  if (identity === undefined) throw new Error('not started')
  await rig.start()
  await until('the wrapper of the next runner', () => existsSync(exitFile))
  const marked = environmentReader()
  await until('its end', () =>
    processTable().entries.every(
      ({ pid, zombie }) => zombie || pid === identity.pid || marked(pid, 'DEBUG_SERVER_COMMAND') !== id,
    ),
  )
  writeFileSync(processFile, `${identity.pid} ${identity.startTime}\n`)
  writeFileSync(go, '')
  t.match(await rig.ended(id), { status: 'failed', exit_code: 9 })
  t.equal(readFileSync(join(rig.files.worktree(session.id), 'times'), 'utf8'), 'once\n')
})

t.test('what a quicker wrapper has left behind ends, also where that has ended before', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  await rig.stop()
  const id = await rig.queue(session, 'true')
  t.ok(await startCommand(rig.store, id, rig.now()))
  const processFile = rig.files.process(session.id, id)
  mkdirSync(dirname(processFile), { recursive: true })
  writeFileSync(processFile, '')
  writeFileSync(rig.files.exitStatus(session.id, id), '0\n')
  const left = spawn('sleep', ['300'], {
    env: { PATH: process.env.PATH, DEBUG_SERVER_SCOPES: id },
    stdio: 'ignore',
    detached: true,
  })
  t.teardown(() => left.kill('SIGKILL'))
  const identity = left.pid === undefined ? undefined : identify(left.pid)
  if (identity === undefined) throw new Error('not started')
  await rig.start()
  await until('the next runner to start another', () => existsSync(rig.files.log(session.id, id, 'stdout')))
  writeFileSync(processFile, `${2 ** 22 + 1} gone\n`)
  t.match(await rig.ended(id), { status: 'succeeded', exit_code: 0 })
  t.notOk(isAlive(identity))
})

t.test('a command whose wrapper is killed is lost, and what it started ends', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  for (const restart of [false, true])
    await t.test(restart ? 'while no runner is there' : 'under its runner', async t => {
      const id = await rig.queue(session, 'echo pid $$; exec sleep 300')
      const program = identify(Number(/pid (\d+)/.exec(await rig.printed(session.id, id, /pid \d+\n/))?.[1]))
      const wrapper = readProcessFile(rig.files.process(session.id, id))
      if (wrapper === undefined || program === undefined) throw new Error('not started')
      t.same(identify(wrapper.pid), wrapper, 'the wrapper names itself as lib/processes does')
      if (restart) await rig.stop()
      process.kill(wrapper.pid, 'SIGKILL')
      if (restart) await rig.start()
      const row = await rig.ended(id)
      t.match(row, { status: 'lost', exit_code: null, failure_json: /exit_status_unknown/ })
      t.notOk(isAlive(program))
    })
})

t.test('what was wanted while no runner was there is done by the next', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  const session = await rig.session(repository)
  const cancelled = await rig.queue(session, 'echo ready; exec sleep 300')
  const late = await rig.queue(session, 'echo ready; exec sleep 300', { timeout: 0.2 })
  await rig.printed(session.id, cancelled, 'ready')
  const stopping = await rig.session(repository)
  const inIt = await rig.queue(stopping, 'echo ready; exec sleep 300')
  await rig.printed(stopping.id, inIt, 'ready')
  await rig.stop()
  await requestCancel(rig.store, cancelled, rig.now())
  await moveSession(rig.store, stopping.id, 'stopping', { now: rig.now() })
  await rig.start()
  t.match(await rig.ended(cancelled), { status: 'cancelled', exit_code: 143 })
  t.match(await rig.ended(late), { status: 'timed_out' })
  t.match(await rig.ended(inIt), { status: 'cancelled', failure_json: /session_stopped/ })
  await until('stopped', async () => (await getSession(rig.store, stopping.id))?.status === 'stopped')
})

t.test('a session that was starting is begun anew', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  await rig.stop()
  const id = await rig.createSession(repository)
  await moveSession(rig.store, id, 'starting', { now: rig.now() })
  const half = join(rig.files.worktree(id), 'half')
  mkdirSync(dirname(half), { recursive: true })
  writeFileSync(half, 'of an earlier try')
  await rig.start()
  const session = await rig.settled(id)
  t.match(session, { status: 'running' })
  t.equal(rig.stdout(await rig.run(session, 'ls; git status --short')), 'README.md\n')
})

t.test('a session that waited for a remote when its runner ended is no failure, and begun anew', async t => {
  const rig = await runnerRig(t)
  const { port, server } = await silentServer(t)
  const url = `git://127.0.0.1:${port}/x`
  const { repository } = await addRepository(rig.store, {
    name: 'x',
    url,
    default_branch: null,
    now: rig.now(),
  })
  const id = await rig.createSession(repository)
  await until('starting', async () => (await getSession(rig.store, id))?.status === 'starting')
  await until('a connection', () => connections(server))
  await rig.stop()
  t.match(await getSession(rig.store, id), { status: 'starting', failure_json: null })
  t.match(await getRepository(rig.store, repository.id), { status: 'pending', failure_json: null })
  server.close()
  await rig.start()
  t.match(await rig.settled(id), { status: 'failed', failure_json: /repository_unavailable/ })
})

t.test('large output survives a restart byte for byte', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const id = await rig.queue(
    session,
    'echo ready; seq 1 400000; until [ -e go ]; do sleep 0.1; done; seq 1 200000',
  )
  await rig.printed(session.id, id, 'ready')
  await rig.stop()
  await rig.start()
  writeFileSync(join(rig.files.worktree(session.id), 'go'), '')
  const row = await rig.ended(id)
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i + 1}\n`).join('')
  const digest = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')
  t.equal(digest(rig.log(row, 'stdout')), digest(`ready\n${numbers(400_000)}${numbers(200_000)}`))
})
