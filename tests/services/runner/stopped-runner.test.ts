import type { ChildProcess } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { isAlive } from '../../../lib/processes/identity.ts'
import { scopeVariable } from '../../../lib/processes/process-scope.ts'
import { environmentReader, processTable } from '../../../lib/processes/process-table.ts'
import type { CommandId } from '../../../services/contract/ids.ts'
import { readProcessFile } from '../../../services/runner/commands/wrapper-files.ts'
import { getCommand, requestCancel } from '../../../services/store/commands.ts'
import { addRepository, getRepository } from '../../../services/store/repositories.ts'
import { listRunners, type RegisteredRunner } from '../../../services/store/runners.ts'
import { getSession } from '../../../services/store/sessions.ts'
import { until } from '../../until.ts'
import { silentServer } from './git-daemon.ts'
import { type RunnerRig, runnerRig } from './rig.ts'
import { killRunner, pauseRunner, spawnRunner } from './spawn-runner.ts'

t.setTimeout(240_000)

/** Long enough for a busy machine, short enough to wait for. */
const termMs = 1_500
/** So that a runner is stopped before it is over, and wakes up after. */
const graceMs = 1_500

async function twoRunners(t: Test, rig: RunnerRig) {
  const start = async (name: string) => {
    const child = await spawnRunner(rig, { socket: join(rig.root, `${name}.sock`), termMs, graceMs })
    t.teardown(() => killRunner(child))
    return child
  }
  return { first: await start('first'), second: () => start('second') }
}

const registered = async (rig: RunnerRig, { pid }: ChildProcess): Promise<RegisteredRunner | undefined> =>
  (await listRunners(rig.store)).find(runner => runner.pid === pid)

const holder = async (rig: RunnerRig, id: CommandId) => (await getCommand(rig.store, id))?.runner_token

/** Continues a runner whose work another has taken, and waits until it has understood and registered anew. */
async function resume(rig: RunnerRig, child: ChildProcess, successor: ChildProcess): Promise<void> {
  child.kill('SIGCONT')
  await until('it registers anew', async () => {
    const [own, other] = [await registered(rig, child), await registered(rig, successor)]
    return own !== undefined && other !== undefined && own.token > other.token
  })
}

t.test('a runner that is stopped past its lease and wakes up touches nothing of its successor', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  await rig.stop()
  const file = (name: string) => join(rig.files.worktree(session.id), name)
  const { first, second } = await twoRunners(t, rig)

  const ended = await rig.queue(session, 'echo ended >> ran; until [ -e end ]; do sleep 0.1; done; exit 3')
  const going = await rig.queue(session, 'echo going >> ran; until [ -e go ]; do sleep 0.1; done; exit 4')
  // It is asked to end, and takes longer than the grace: who still thinks that it is to end would kill it.
  const spared = await rig.queue(
    session,
    'trap "echo termed" TERM; echo spared >> ran; echo ready; until [ -e go ]; do sleep 0.1; done; exit 5',
  )
  await rig.printed(session.id, spared, 'ready')
  for (const id of [ended, going])
    await until('it runs', () => readProcessFile(rig.files.process(session.id, id)))
  await requestCancel(rig.store, spared, rig.now())
  await rig.printed(session.id, spared, 'termed')
  await pauseRunner(rig, first)
  await rig.store.write(database =>
    database.updateTable('commands').set({ cancel_requested: 0 }).where('id', '=', spared).execute(),
  )
  writeFileSync(file('end'), '')
  const wrappers = []
  for (const id of [going, spared]) wrappers.push(readProcessFile(rig.files.process(session.id, id)))

  const successor = await second()
  const row = await rig.ended(ended)
  t.match(row, { status: 'failed', exit_code: 3 })
  const token = (await registered(rig, successor))?.token
  t.equal(await holder(rig, going), token)
  t.equal(await holder(rig, spared), token)

  await resume(rig, first, successor)
  t.same(await getCommand(rig.store, ended), row, 'its end is not told a second time')
  t.equal(await holder(rig, going), token)
  t.equal(await holder(rig, spared), token)
  t.ok(wrappers.every(wrapper => wrapper !== undefined && isAlive(wrapper)))
  writeFileSync(file('go'), '')
  t.match(await rig.ended(going), { status: 'failed', exit_code: 4 })
  t.match(await rig.ended(spared), { status: 'failed', exit_code: 5, failure_json: null })

  const later = []
  for (let i = 0; i < 20; i++) later.push(await rig.queue(session, `echo ${i} >> ran`))
  for (const id of later) t.match(await rig.ended(id), { status: 'succeeded' })
  const numbers = Array.from({ length: 20 }, (_, i) => String(i))
  t.same(
    readFileSync(file('ran'), 'utf8').trim().split('\n').sort(),
    ['ended', 'going', 'spared', ...numbers].sort(),
    'each ran once',
  )
})

t.test('a session that a stopped runner was starting is started by its successor alone', async t => {
  const rig = await runnerRig(t)
  await rig.stop()
  const { port, server, cutConnections } = await silentServer(t)
  const { first, second } = await twoRunners(t, rig)
  const { repository } = await addRepository(rig.store, {
    ...{ name: 'x', url: `git://127.0.0.1:${port}/x`, default_branch: null, now: rig.now() },
  })
  const id = await rig.createSession(repository)
  await until('starting', async () => (await getSession(rig.store, id))?.status === 'starting')
  await pauseRunner(rig, first)
  const successor = await second()
  await until('taken over', async () => {
    const token = (await registered(rig, successor))?.token
    return token !== undefined && (await getSession(rig.store, id))?.runner_token === token
  })
  server.close()
  cutConnections()
  const failed = await rig.settled(id)
  t.match(failed, { status: 'failed', failure_json: /repository_unavailable/, runner_token: null })
  await resume(rig, first, successor)
  t.same(await getSession(rig.store, id), failed)
})

t.test('a fetch that a stopped runner had begun ends with its registration', async t => {
  const rig = await runnerRig(t)
  await rig.stop()
  // It never answers, and the runner would wait much longer for it than this test lasts.
  const { port } = await silentServer(t)
  const { first, second } = await twoRunners(t, rig)
  const { repository } = await addRepository(rig.store, {
    ...{ name: 'x', url: `git://127.0.0.1:${port}/x`, default_branch: null, now: rig.now() },
  })
  const before = await until('the first', () => registered(rig, first))
  const helpersOf = ({ process_scope }: RegisteredRunner) => {
    const read = environmentReader()
    const marked = processTable().entries.filter(({ pid, zombie }) => {
      return !zombie && read(pid, scopeVariable)?.split(':').includes(process_scope)
    })
    return marked.length
  }
  await until('it fetches', () => helpersOf(before) > 0)
  await pauseRunner(rig, first)
  const successor = await second()
  const held = async () => {
    const by = await registered(rig, successor)
    const { runner_token, status } = await getRepository(rig.store, repository.id)
    return by !== undefined && runner_token === by.token && status === 'pending' && helpersOf(by) > 0
  }
  await until('the second fetches it', held)
  await until('what the first had begun has ended', () => helpersOf(before) === 0)

  await resume(rig, first, successor)
  t.not((await registered(rig, first))?.process_scope, before.process_scope)
  t.ok(await until('the fetch of the second goes on', held), 'and nothing was said of that of the first')
})

t.test('a runner that is killed is succeeded by one that runs beside it', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  await rig.stop()
  const { first, second } = await twoRunners(t, rig)
  const id = await rig.queue(session, 'until [ -e go ]; do sleep 0.1; done; exit 7')
  const { token } = await until('the first', () => registered(rig, first))
  await until('it runs', async () => (await holder(rig, id)) === token)
  const successor = await second()
  t.equal(await holder(rig, id), token, 'not while the first is there')
  await killRunner(first)
  await until('it is taken over', async () => {
    const next = (await registered(rig, successor))?.token
    return next !== undefined && (await holder(rig, id)) === next
  })
  writeFileSync(join(rig.files.worktree(session.id), 'go'), '')
  t.match(await rig.ended(id), { status: 'failed', exit_code: 7 })
})
