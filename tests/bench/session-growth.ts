/**
 * What it costs that there are many sessions: to list ten of them, and to find and take a command, in a store with 1,000
 * sessions that run, beside one with 10. In turn, so that both have the same moments.
 *
 *     node tests/bench/session-growth.ts
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, toInstant } from '../../lib/clock.ts'
import { readyCommands } from '../../services/store/command-queue.ts'
import { endCommand, startCommand } from '../../services/store/commands.ts'
import { migrate } from '../../services/store/migrate.ts'
import { queueCommand } from '../../services/store/new-command.ts'
import { listSessions } from '../../services/store/sessions.ts'
import { openStore, type Store } from '../../services/store/store.ts'
import { type Filled, fillStore } from './filled-store.ts'
import { ratioUpTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import { median, type Row } from './row.ts'
import { timed } from './timed.ts'

const goal = ratioUpTo(2)
const now = () => toInstant(systemClock.now())

type Measured = { store: Store; filled: Filled; list: number[]; claim: number[] }

export async function bench({ few = 10, many = 1_000, runs = 300 } = {}): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-growth-'))
  try {
    await using small = await open(join(directory, 'small.db'), few)
    await using large = await open(join(directory, 'large.db'), many)
    for (let i = -20; i < runs; i++)
      for (const one of [small, large]) {
        const took = { list: await list(one), claim: await claim(one, i + 20) }
        if (i < 0) continue // warming up
        one.list.push(took.list)
        one.claim.push(took.claim)
      }
    return (['list', 'claim'] as const).map(what => {
      const [ours, peer] = [median(large[what]), median(small[what])]
      return {
        ...{ name: `${what} with ${many.toLocaleString('en')} sessions`, beside: `with ${few}`, unit: 'ms' },
        ...{ ours, peer, ratio: ours / peer, goal: goal.text, met: goal.isMet({ ours, ratio: ours / peer }) },
      }
    })
  } finally {
    rmSync(directory, { recursive: true })
  }
}

async function open(path: string, sessions: number): Promise<Measured & AsyncDisposable> {
  await migrate(path)
  const store = await openStore(path)
  const filled = await fillStore(store, sessions, 0)
  return {
    ...{ store, filled, list: [], claim: [] },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

const list = ({ store, filled }: Measured): Promise<number> =>
  timed(async () => void (await listSessions(store, { visible: { owner: filled.owner }, limit: 10 })))

/** One command among the sessions, found and taken. */
async function claim({ store, filled: { sessions, token } }: Measured, turn: number): Promise<number> {
  const session = sessions[(turn * 7) % sessions.length]
  if (session === undefined) throw new Error('no session')
  const wanted = { command: 'true', directory: '.', environment: {}, timeout: null, after: [] }
  const queued = await queueCommand(store, { ...wanted, session, now: now() })
  const took = await timed(async () => {
    const [ready] = await readyCommands(store, 8)
    if (ready === undefined || ready.id !== queued?.id) throw new Error('it was not found')
    if ((await startCommand(store, ready.id, now(), token)) === undefined) throw new Error('it was not taken')
  })
  const end = { exit_code: 0, failure: null, stdout_bytes: 0, stderr_bytes: 0 }
  if (queued === undefined || !(await endCommand(store, queued.id, 'succeeded', end, now(), token)))
    throw new Error('its end was refused')
  return took
}

await printIfMain(import.meta, bench)
