import { join } from 'node:path'
import t, { type Test } from 'tap'
import { listCommands } from '../../../../services/store/commands.ts'
import { environmentsOf } from '../../../../services/store/environments.ts'
import { until } from '../../../until.ts'
import { type RunnerRig, runnerRig } from '../rig.ts'
import { killRunner, spawnRunner } from '../spawn-runner.ts'
import { calls, forgetCalls, hold, path, project } from './stand-in-uv.ts'

t.setTimeout(260_000)
t.beforeEach(forgetCalls)
// Runners of their own processes inherit it.
process.env.PATH = path

async function heldRig(t: Test): Promise<{ rig: RunnerRig; held: Disposable }> {
  const rig = await runnerRig(t)
  const held = hold()
  t.teardown(() => held[Symbol.dispose]())
  return { rig, held }
}

t.test('a build outlives its runner, and the next one finds the session where it was', async t => {
  const { rig, held } = await heldRig(t)
  const repository = await rig.repository(project())
  await rig.stop()
  const child = await spawnRunner(rig)
  t.teardown(() => killRunner(child))
  const id = await rig.createSession(repository, { environment: ['uv'], commands: ['show-lock'] })
  await until('the build to run', () => calls().length > 0)
  await killRunner(child)
  await rig.start()
  held[Symbol.dispose]()
  t.match(await rig.settled(id), { status: 'running' })
  t.equal(calls().length, 1)
  const [build, program] = await listCommands(rig.store, id)
  if (build === undefined || program === undefined) throw new Error('no commands')
  t.match(build, { status: 'succeeded', attempts: 1 })
  t.equal(rig.stdout(build), 'resolving one\ninstalled\n')
  t.equal(rig.stdout(await rig.ended(program.id)), 'one\n')
})

t.test('of two runners with ten sessions one builds it, whichever is killed', async t => {
  const { rig, held } = await heldRig(t)
  const repository = await rig.repository(project())
  await rig.stop()
  const children = await Promise.all(
    ['one', 'other'].map(name => spawnRunner(rig, { socket: join(rig.root, `${name}.sock`) })),
  )
  for (const child of children) t.teardown(() => killRunner(child))
  const ids = await Promise.all(
    Array.from({ length: 10 }, () => rig.createSession(repository, { environment: ['uv'] })),
  )
  await until('the build to run', () => calls().length > 0)
  const [first] = children
  if (first !== undefined) await killRunner(first)
  await until('all of them to wait for it', async () => {
    const found = await Promise.all(ids.map(id => environmentsOf(rig.store, id)))
    return found.every(environments => environments.length === 1)
  })
  held[Symbol.dispose]()
  for (const id of ids) t.match(await rig.settled(id), { status: 'running' })
  const found = await Promise.all(ids.map(id => environmentsOf(rig.store, id)))
  t.equal(new Set(found.flat().map(({ id }) => id)).size, 1)
  t.equal(calls().length, 1)
})
