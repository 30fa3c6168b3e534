import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { identify, isAlive } from '../../../lib/processes/identity.ts'
import { scopeVariable } from '../../../lib/processes/process-scope.ts'
import { environmentReader, processTable } from '../../../lib/processes/process-table.ts'
import type { CommandId } from '../../../services/contract/ids.ts'
import { moveSession } from '../../../services/store/session-transitions.ts'
import { getSession } from '../../../services/store/sessions.ts'
import { until } from '../../until.ts'
import { runnerRig } from './rig.ts'

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

t.test('what a command puts in the place of its logs is opened by no later attempt of it', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository({ 'kept.txt': 'kept\n' }))
  const again = (replace: string) =>
    rig.run(session, `echo once; ${replace}; kill -KILL $PPID; sleep 60`, { idempotent: true })
  const ways = {
    'ln -sf "$PWD/kept.txt" ': 'ELOOP',
    'rm ../commands/*/stdout.log; mkfifo ': 'ENXIO',
  }
  for (const [way, code] of Object.entries(ways)) {
    const row = await again(`${way} ${own}/stdout.log`)
    t.match(row, { status: 'failed', attempts: 2, stdout_bytes: 0 }, way)
    t.match(row.failure_json, `its logs could not be written: ${code}`)
  }
  t.equal(readFileSync(join(rig.files.worktree(session.id), 'kept.txt'), 'utf8'), 'kept\n')
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

const marked = (id: CommandId) => {
  const read = environmentReader()
  return processTable().entries.filter(({ pid, zombie }) => !zombie && read(pid, scopeVariable)?.includes(id))
}

t.test('a command that removes its own worktree harms its own session alone', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  const [session, other] = [await rig.session(repository), await rig.session(repository)]
  t.match(await rig.run(session, 'rm -rf "$PWD"; echo gone'), { status: 'succeeded', stdout_bytes: 5 })
  t.match(await rig.run(session, 'echo'), { status: 'failed', failure_json: /directory_not_found/ })
  t.match(await rig.run(other, 'cat README.md'), { status: 'succeeded', stdout_bytes: 6 })
  t.match(await rig.session(repository), { status: 'running' })
})

t.test('a daemon that becomes another program again and again ends with its command', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository({ again: 'exec sh "$0"\n' }))
  for (let i = 0; i < 10; i++) {
    const row = await rig.run(session, 'setsid sh again & exit 6')
    t.match(row, { status: 'failed', exit_code: 6 })
    t.same(marked(row.id), [])
  }
})

t.test('what writes on after its parent has ended, and heeds no signal, has written its last', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const line = `setsid sh -c 'trap "" TERM; touch up; while :; do echo more; done' & until [ -e up ]; do :; done; exit 5`
  const row = await rig.run(session, line)
  t.match(row, { status: 'failed', exit_code: 5 })
  t.same(marked(row.id), [])
  t.equal(statSync(rig.files.log(session.id, row.id, 'stdout')).size, row.stdout_bytes)
})
