import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import t from 'tap'
import { lineBreakpoint } from '../../../services/contract/examples/things.ts'
import type { SessionId } from '../../../services/contract/ids.ts'
import { readyCommands } from '../../../services/store/command-queue.ts'
import { startCommand } from '../../../services/store/commands.ts'
import {
  getDebugSession,
  keepBreakpoints,
  type NewDebugSession,
  queueDebugSession,
  readyDebuggees,
  resolveDebugSession,
} from '../../../services/store/debug-sessions.ts'
import * as debuggees from '../../../services/store/migrations/0027-debuggees.ts'
import { toDebugSession } from '../../../services/store/rows.ts'
import { NodeSqliteDialect } from '../../../services/store/sqlite-dialect.ts'
import { now, runner, storeRig } from './store-rig.ts'

const wanted = (session: SessionId): NewDebugSession => ({
  command: {
    session,
    command: ['python3', 'app.py'],
    directory: '.',
    environment: {},
    timeout: null,
    now: now(),
  },
  engine: 'debugpy',
  request: {
    program: { kind: 'file', file: 'app.py' },
    arguments: [],
    interpreter: null,
    engines: ['debugpy'],
    breakpoints: ['app.py:3'],
    stop_on_entry: false,
    exceptions: 'never',
  },
  most: 1,
})

t.test('a debuggee waits apart from other commands, after a migration back and forth as well', async t => {
  const { store, path, queue, running } = await storeRig(t)
  const session = await running()
  const command = await queue(session)
  const queued = await queueDebugSession(store, wanted(session))
  if (!queued.queued) throw new Error(queued.reason)
  const waiting = async () => ({
    commands: (await readyCommands(store, 10)).map(({ id }) => id),
    debuggees: (await readyDebuggees(store)).map(({ id }) => id),
  })
  t.same(await waiting(), { commands: [command], debuggees: [queued.command] })
  const untyped = new Kysely<unknown>({ dialect: new NodeSqliteDialect(() => new DatabaseSync(path)) })
  t.teardown(() => untyped.destroy())
  await debuggees.down(untyped)
  await debuggees.up(untyped)
  t.same(await waiting(), { commands: [command], debuggees: [queued.command] })
  await startCommand(store, queued.command, now())
  t.same(await waiting(), { commands: [command], debuggees: [] })
})

t.test('what became of breakpoints is kept by the runner that has their debuggee, and no other', async t => {
  const rig = await storeRig(t)
  const { store } = rig
  const [holder, other] = [await runner(store), await runner(store)]
  const queued = await queueDebugSession(store, wanted(await rig.running()))
  if (!queued.queued) throw new Error(queued.reason)
  const told = async () => {
    const found = await getDebugSession(store, queued.id)
    return found === undefined ? undefined : toDebugSession(found).breakpoints
  }
  await startCommand(store, queued.command, now(), holder)
  const asked = { ...lineBreakpoint, line: 3, verified: false, message: 'it is not set yet' }
  const verified = { ...asked, verified: true, message: null }
  await keepBreakpoints(store, queued.id, [verified], other)
  t.same(await told(), [asked])
  await keepBreakpoints(store, queued.id, [verified], holder)
  t.same(await told(), [verified])
})

t.test(
  'what a client calls one by is found as it stands now, however often it was asked for before',
  async t => {
    const { store, running } = await storeRig(t)
    const session = await running()
    const launch = async () => {
      const queued = await queueDebugSession(store, { ...wanted(session), most: 2 })
      if (!queued.queued) throw new Error(queued.reason)
      return queued
    }
    const found = async (reference?: string) => {
      const one = await resolveDebugSession(store, session, reference)
      return one.found ? [one.value.id, one.value.row.status] : one.reason
    }
    t.equal(await found(), 'none')
    const first = await launch()
    t.strictSame(await found(), [first.id, 'queued'])
    t.strictSame(await found(first.id), [first.id, 'queued'])
    await startCommand(store, first.command, now())
    t.strictSame(await found(), [first.id, 'running'], 'without a name')
    t.strictSame(await found(first.id), [first.id, 'running'], 'by its id')
    const second = await launch()
    t.strictSame(await found(), [second.id, 'queued'], 'the latest')
    t.strictSame(await found(first.id), [first.id, 'running'])
    t.strictSame(await found(first.id.slice(0, -1)), [first.id, 'running'], 'by its beginning')
    const other = await running()
    t.same(
      await resolveDebugSession(store, other, first.id),
      { found: false, reason: 'none' },
      'of no other session',
    )
  },
)
