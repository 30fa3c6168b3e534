/**
 * How many commands one runner takes and records the end of in a second, where a command is nothing: its reconciler, on a
 * store of its own with 20 sessions and 2,000 queued commands. The peer does the same by prepared statements on a store
 * that was filled in the same way: finds the next ones, takes each, ends each, every change in a transaction of its own.
 *
 *     node tests/bench/command-claims.ts
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock, toInstant } from '../../lib/clock.ts'
import { commandId, type RunnerToken } from '../../services/contract/ids.ts'
import { migrate } from '../../services/store/migrate.ts'
import { openStore, type Store } from '../../services/store/store.ts'
import { startStubRunner } from '../services/runner/stub-runner.ts'
import { fillStore } from './filled-store.ts'
import { atLeast } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'

const slots = 8
const goal = atLeast(0.6)
const now = () => toInstant(systemClock.now())

export async function bench({ sessions = 20, commands = 2_000 } = {}): Promise<Row[]> {
  const ours = await measured(sessions, commands, ({ store, token }) => byReconciler(store, token, commands))
  const peer = await measured(sessions, commands, async ({ path, token }) => byStatements(path, token))
  const ratio = ours / peer
  return [
    {
      ...{ name: 'commands taken and ended', beside: 'prepared statements', unit: '1/s' },
      ...{ ours, peer, ratio, goal: goal.text, met: goal.isMet({ ours, ratio }) },
    },
  ]
}

type Filled = { path: string; store: Store; token: RunnerToken }

/** A second's worth. */
async function measured(
  sessions: number,
  commands: number,
  work: (filled: Filled) => Promise<unknown>,
): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-claims-'))
  try {
    const path = join(directory, 'store.db')
    await migrate(path)
    await using store = await openStore(path)
    const { token } = await fillStore(store, sessions, commands)
    const began = performance.now()
    await work({ path, store, token })
    const took = performance.now() - began
    const left = await store.read(database =>
      database.selectFrom('commands').select('id').where('status', '<>', 'succeeded').execute(),
    )
    if (left.length > 0) throw new Error(`${left.length} commands were left`)
    return (commands * 1_000) / took
  } finally {
    rmSync(directory, { recursive: true })
  }
}

async function byReconciler(store: Store, token: RunnerToken, commands: number): Promise<void> {
  const done = Promise.withResolvers<void>()
  let ended = 0
  const ran = () => {
    if (++ended === commands) done.resolve()
  }
  await using runner = startStubRunner({ store, token, slots, ran })
  await Promise.race([done.promise, runner.failed])
}

function byStatements(path: string, token: RunnerToken): void {
  using database = new DatabaseSync(path, { timeout: 5_000, enableForeignKeyConstraints: true })
  database.exec('pragma journal_mode = wal; pragma synchronous = normal;')
  const next = database.prepare(
    `select commands.* from commands join sessions on sessions.id = commands.session_id
     where commands.status = 'queued' and sessions.status = 'running' limit ${slots}`,
  )
  const take = database.prepare(
    `update commands set status = 'running', started_at = ?, runner_token = ?, attempts = attempts + 1
     where id = ? and status = 'queued' and exists (select 1 from runners where token = ?)`,
  )
  const finish = database.prepare(
    `update commands set status = 'succeeded', runner_token = null, exit_code = 0, stdout_bytes = 0,
     stderr_bytes = 0, ended_at = ? where id = ? and status = 'running' and runner_token = ?`,
  )
  const touch = database.prepare(
    'update sessions set last_active_at = ? where id = (select session_id from commands where id = ?)',
  )
  const inTransaction = (work: () => void) => {
    database.exec('begin immediate')
    work()
    database.exec('commit')
  }
  for (;;) {
    const rows = next.all()
    if (rows.length === 0) return
    const ids = rows.map(({ id }) => commandId.schema.parse(id))
    for (const id of ids) inTransaction(() => take.run(now(), token, id, token))
    for (const id of ids)
      inTransaction(() => {
        finish.run(now(), id, token)
        touch.run(now(), id)
      })
  }
}

await printIfMain(import.meta, bench)
