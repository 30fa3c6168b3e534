import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { commandHasEnded } from '../../../services/contract/command-state.ts'
import { listCommands } from '../../../services/store/commands.ts'
import { addRepository } from '../../../services/store/repositories.ts'
import { recordFetch } from '../../../services/store/repository-fetches.ts'
import { now, runner, storeRig } from '../store/store-rig.ts'
import { runnerRig, until } from './rig.ts'
import { killRunner, spawnRunner } from './spawn-runner.ts'

t.setTimeout(290_000)

t.test('two runners that race for 200 commands: each runs exactly once', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  const sessions = [await rig.session(repository), await rig.session(repository)]
  await rig.stop()
  for (const session of sessions)
    for (let i = 0; i < 100; i++) await rig.queue(session, `echo ${i} >> ran; exit ${i % 3}`)
  for (const name of ['one', 'other']) {
    const child = await spawnRunner(rig, { socket: join(rig.root, `${name}.sock`) })
    t.teardown(() => killRunner(child))
  }
  const took = new Set<number>()
  for (const session of sessions) {
    const rows = await until(
      'the end of all',
      async () => {
        const rows = await listCommands(rig.store, session.id)
        for (const { runner_token } of rows) if (runner_token !== null) took.add(runner_token)
        return rows.every(row => commandHasEnded(row.status)) ? rows : undefined
      },
      60_000,
    )
    t.same(
      rows.map(row => row.exit_code),
      Array.from({ length: 100 }, (_, i) => i % 3),
    )
    const ran = readFileSync(join(rig.files.worktree(session.id), 'ran'), 'utf8')
      .trim()
      .split('\n')
    t.same(
      ran.map(Number).sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i),
      'once each',
    )
  }
  t.equal(took.size, 2, 'both took their part')
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

t.test('two runners that race for 10,000 commands: each runs exactly once', async t => {
  const rig = await storeRig(t)
  await recordFetch(rig.store, rig.repository.id, 'main', { now: now(), did: 1, next: () => null })
  const sessions = await Promise.all(Array.from({ length: 20 }, () => rig.running()))
  const ids: string[] = []
  for (let i = 0; i < 500; i++) for (const session of sessions) ids.push(await rig.queue(session))
  const directory = t.testdir()
  const files = ['one', 'other'].map(name => join(directory, name))
  for (const file of files) {
    const racer = join(import.meta.dirname, 'racer.ts')
    const words = [racer, rig.path, String(await runner(rig.store)), file]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit'] })
    t.teardown(() => killRunner(child))
  }
  const left = () =>
    rig.store.read(async database => {
      const query = database.selectFrom('commands').where('status', 'in', ['queued', 'running'])
      return (await query.select(eb => eb.fn.countAll<number>().as('count')).executeTakeFirst())?.count
    })
  await until('the end of all', async () => (await left()) === 0, 240_000)
  const ran = files.map(file => readFileSync(file, 'utf8').trim().split('\n'))
  t.same(ran.flat().sort(), ids.sort(), 'once each')
  t.ok(
    ran.every(({ length }) => length > 1_000),
    `both took their part: ${ran.map(({ length }) => length)}`,
  )
  const rows = await rig.store.read(database =>
    database.selectFrom('commands').select(['status', 'attempts']).distinct().execute(),
  )
  t.same(rows, [{ status: 'succeeded', attempts: 1 }])
})
