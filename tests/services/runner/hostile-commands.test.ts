import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { identify, isAlive } from '../../../lib/processes/identity.ts'
import { getSession, moveSession } from '../../../services/store/sessions.ts'
import { runnerRig, until } from './rig.ts'

/** Commands that touch what the runner keeps beside their worktree: they harm themselves, and nobody else. */

const own = '../commands/$DEBUG_SERVER_COMMAND'

t.test('pipes in the place of a command’s files keep nobody waiting', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const replace = `cd ${own} && rm * && mkfifo exit process stdout.log stderr.log`
  // More than there are threads to open files with.
  const ids = await Promise.all([1, 2, 3, 4, 5, 6].map(() => rig.queue(session, replace)))
  for (const id of ids) t.match(await rig.ended(id), { status: 'lost', stdout_bytes: 0, stderr_bytes: 0 })
  t.match(await rig.run(session, 'echo later'), { status: 'succeeded', stdout_bytes: 6 })
})

t.test('a successor of the runner ends what nothing tells of any more, and says that it is lost', async t => {
  const rig = await runnerRig(t)
  const ways = {
    pipes: {
      line: `cd ${own} && rm * && mkfifo exit process stdout.log stderr.log`,
      end: { status: 'lost' },
    },
    nothing: { line: 'rm -r ../commands && touch ../commands', end: { status: 'failed' } },
  }
  for (const [name, { line, end }] of Object.entries(ways)) {
    const session = await rig.session(await rig.repository())
    const ready = join(rig.files.worktree(session.id), 'ready')
    const id = await rig.queue(session, `(${line}); echo $$ >pid; mv pid ready; exec sleep 300`)
    await until('its files to be replaced', () => existsSync(ready))
    const process = identify(Number(readFileSync(ready, 'utf8')))
    await rig.stop()
    t.ok(process !== undefined && isAlive(process), 'it outlives the runner')
    await rig.start()
    t.match(await rig.ended(id), end, name)
    t.notOk(process !== undefined && isAlive(process), 'and has been ended')
  }
})

t.test('a link in the place of a log leads nowhere', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const row = await rig.run(session, `ln -sf /etc/passwd ${own}/stdout.log`)
  t.match(row, { status: 'succeeded', stdout_bytes: 0 })
})

t.test('a session whose commands have no place left says so, and can be stopped', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const lasting = await rig.queue(session, 'rm -r ../commands && touch ../commands && sleep 0.1')
  t.match(await rig.ended(lasting), { status: 'lost' })
  t.match(await rig.run(session, 'echo'), {
    status: 'failed',
    failure_json: /spawn_failed.*its logs could not be written: E\w+/,
  })
  await moveSession(rig.store, session.id, 'stopping', { now: rig.now() })
  rig.wake()
  await until(
    'the session to stop',
    async () => (await getSession(rig.store, session.id))?.status === 'stopped',
  )
})
