import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { commandHasEnded } from '../../../services/contract/command-state.ts'
import { listCommands, runningCommands } from '../../../services/store/commands.ts'
import { insertCommand } from '../../../services/store/new-command.ts'
import { addRepository } from '../../../services/store/repositories.ts'
import { recordFetch } from '../../../services/store/repository-fetches.ts'
import { until } from '../../until.ts'
import { now, runner, type StoreRig, storeRig } from '../store/store-rig.ts'
import { runnerRig } from './rig.ts'
import { killRunner, spawnRunner } from './spawn-runner.ts'

t.setTimeout(290_000)

/** How many there are in a race that runs nothing. COMMANDS=10000 makes a longer one. */
const commands = Number(process.env.COMMANDS ?? 2_000)

t.test('two runners that race for 100 commands: each runs exactly once', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  const sessions = [await rig.session(repository), await rig.session(repository)]
  await rig.stop()
  const go = join(rig.root, 'go')
  const line = (i: number) => `until test -e '${go}'; do sleep 0.1; done; echo ${i} >> ran; exit ${i % 3}`
  for (const session of sessions) for (let i = 0; i < 50; i++) await rig.queue(session, line(i))
  for (const name of ['one', 'other']) {
    const child = await spawnRunner(rig, { socket: join(rig.root, `${name}.sock`) })
    t.teardown(() => killRunner(child))
  }
  // Each has fewer slots than there are commands, so that neither can take them all meanwhile.
  await until('both have taken some', async () => {
    const running = await runningCommands(rig.store)
    return new Set(running.map(({ runner_token }) => runner_token)).size === 2
  })
  writeFileSync(go, '')
  for (const session of sessions) {
    const rows = await until(
      'the end of all',
      async () => {
        const rows = await listCommands(rig.store, session.id)
        return rows.every(row => commandHasEnded(row.status)) ? rows : undefined
      },
      200_000,
    )
    t.same(
      rows.map(row => row.exit_code),
      Array.from({ length: 50 }, (_, i) => i % 3),
    )
    const ran = readFileSync(join(rig.files.worktree(session.id), 'ran'), 'utf8')
      .trim()
      .split('\n')
    t.same(
      ran.map(Number).sort((a, b) => a - b),
      Array.from({ length: 50 }, (_, i) => i),
      'once each',
    )
  }
})

t.test(
  'two runners that race for new repositories and sessions: none is in the way of the other',
  async t => {
    const rig = await runnerRig(t)
    await rig.stop()
    for (const name of ['one', 'other']) {
      const child = await spawnRunner(rig, { socket: join(rig.root, `${name}.sock`) })
      t.teardown(() => killRunner(child))
    }
    const created = []
    for (const name of ['a', 'b', 'c', 'd']) {
      const url = rig.origin({ 'README.md': name })
      const wanted = { name, url, default_branch: null, now: rig.now() }
      const { repository } = await addRepository(rig.store, wanted)
      for (let i = 0; i < 5; i++)
        created.push({
          name,
          id: await rig.createSession(repository, { commands: ['cat README.md; echo >> ran'] }),
        })
    }
    for (const { name, id } of created) {
      t.match(await rig.settled(id), { status: 'running', failure_json: null })
      const [command] = await listCommands(rig.store, id)
      if (command === undefined) throw new Error('it has one')
      t.equal(rig.stdout(await rig.ended(command.id)), name)
      t.equal(readFileSync(join(rig.files.worktree(id), 'ran'), 'utf8'), '\n', 'once')
    }
  },
)

/** Starts a runner that writes into `file` what it has run, and waits until it is ready. */
async function startRacer(t: Test, { path, store }: StoreRig, file: string): Promise<ChildProcess> {
  const words = [join(import.meta.dirname, 'racer.ts'), path, String(await runner(store)), file]
  const child = spawn(process.execPath, [...process.execArgv, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => killRunner(child))
  await once(child.stdout, 'data')
  return child
}

t.test(`two runners that race for ${commands} commands: each runs exactly once`, async t => {
  const rig = await storeRig(t)
  await recordFetch(rig.store, rig.repository.id, 'main', { now: now(), did: 1, next: () => null })
  const sessions = await Promise.all(Array.from({ length: 20 }, () => rig.running()))
  const directory = t.testdir()
  const files = ['one', 'other'].map(name => join(directory, name))
  const racers: ChildProcess[] = []
  for (const file of files) racers.push(await startRacer(t, rig, file))
  const wanted = { command: 'true', directory: '.', environment: {}, timeout: null, now: now() }
  // In one go, when both of them wait for something to do.
  const ids = await rig.store.write(async transaction => {
    const ids: string[] = []
    while (ids.length < commands)
      for (const session of sessions) ids.push(await insertCommand(transaction, { ...wanted, session }))
    return ids
  })
  const left = () =>
    rig.store.read(async database => {
      const query = database.selectFrom('commands').where('status', 'in', ['queued', 'running'])
      return (await query.select(eb => eb.fn.countAll<number>().as('count')).executeTakeFirst())?.count
    })
  await until(
    'the end of all',
    async () => {
      if (racers.some(({ exitCode }) => exitCode !== null)) throw new Error('a runner has given up')
      return (await left()) === 0
    },
    240_000,
  )
  const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').slice(0, -1)
  // Each tells it once the end is recorded, which is seen here before.
  const ran = await until('all to be told', () => {
    const told = files.map(linesOf)
    return told.flat().length >= ids.length ? told : undefined
  })
  t.same(ran.flat().sort(), ids.sort(), 'once each')
  t.ok(
    ran.every(({ length }) => length > 0),
    `both took their part: ${ran.map(({ length }) => length)}`,
  )
  const rows = await rig.store.read(database =>
    database.selectFrom('commands').select(['status', 'attempts']).distinct().execute(),
  )
  t.same(rows, [{ status: 'succeeded', attempts: 1 }])
})
