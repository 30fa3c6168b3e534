/**
 * How long a session takes to start on a warm worktree of a repository of 50,000 files, from its creation in the store to
 * `running`, where ten files differ between the commit that the worktree was at and that of the session. The peers have the
 * same two commits: `git checkout` in a worktree that is there, and `git worktree add`. The first two take turns, so that what
 * the disk has to do yet meets both.
 *
 *     node tests/bench/session-start.ts
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { systemClock, toInstant } from '../../lib/clock.ts'
import { removeTree } from '../../lib/remove-tree.ts'
import { instanceId } from '../../services/contract/ids.ts'
import { startRunner } from '../../services/runner/runner.ts'
import { dataFiles } from '../../services/store/files.ts'
import { migrate } from '../../services/store/migrate.ts'
import { addRepository, getRepository } from '../../services/store/repositories.ts'
import { requestRemoval } from '../../services/store/session-transitions.ts'
import { createSession, getSession } from '../../services/store/sessions.ts'
import { openStore } from '../../services/store/store.ts'
import { createUser } from '../../services/store/users.ts'
import { allWorktrees } from '../../services/store/worktrees.ts'
import { printIfMain } from './print-if-main.ts'
import { median, type Row } from './row.ts'
import { timed } from './timed.ts'

const now = () => toInstant(systemClock.now())
const git = async (...args: string[]) => (await promisify(execFile)('git', args)).stdout.trim()

export async function bench({ files = 50_000, rounds = 7 } = {}): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-sessions-'))
  try {
    const origin = join(directory, 'origin.git')
    await makeOrigin(origin, files)
    const commits = (await git('-C', origin, 'rev-list', 'main')).split('\n')
    const inTurns = await race(
      [byRunner(directory, origin, commits), byCheckout(directory, origin, commits)],
      rounds,
    )
    const added = median(await byWorktreeAdd(directory, origin, commits, 3))
    const [ours, inPlace] = inTurns.map(median)
    const row = (beside: string, peer = Number.NaN, most = Number.NaN): Row => ({
      ...{
        name: `session on a warm worktree, ${files} files`,
        beside,
        unit: 'ms',
        ours: ours ?? Number.NaN,
        peer,
      },
      ...{ ratio: (ours ?? Number.NaN) / peer, goal: `≤ ${most}×`, met: (ours ?? Number.NaN) / peer <= most },
    })
    return [row('git checkout in place', inPlace, 1.2), row('git worktree add', added, 0.1)]
  } finally {
    await removeTree(directory)
  }
}

/** What each took in so many turns, of which it yields one each time; two before do not count. */
async function race(sides: readonly AsyncGenerator<number>[], rounds: number): Promise<number[][]> {
  const took: number[][] = sides.map(() => [])
  for (let round = -2; round < rounds; round++)
    for (const [place, side] of sides.entries()) {
      const { value } = await side.next()
      if (round >= 0) took[place]?.push(value)
    }
  for (const side of sides) await side.return(undefined)
  return took
}

/** Two commits on main, of which the second changes ten files. */
async function makeOrigin(origin: string, files: number): Promise<void> {
  await git('init', '--quiet', '--bare', '--initial-branch=main', origin)
  const importing = spawn('git', ['-C', origin, 'fast-import', '--quiet'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  const ended = once(importing, 'close')
  const path = (nth: number) => `area-${nth % 25}/part-${nth % 500}/file-${nth}.txt`
  const file = (nth: number, text: string) => `M 100644 inline ${path(nth)}\ndata ${text.length}\n${text}\n`
  const begun = (message: string) =>
    `commit refs/heads/main\ncommitter A <a@localhost> 1700000000 +0000\ndata ${message.length}\n${message}\n`
  importing.stdin.write(begun('first'))
  for (let nth = 0; nth < files; nth++) importing.stdin.write(file(nth, `line ${nth}\n`.repeat(20)))
  importing.stdin.write(begun('second'))
  for (let nth = 0; nth < 10; nth++) importing.stdin.write(file(nth * 997, `changed ${nth}\n`))
  importing.stdin.end()
  const [code] = await ended
  if (code !== 0) throw new Error('the repository could not be made')
}

async function* byRunner(
  directory: string,
  origin: string,
  commits: readonly string[],
): AsyncGenerator<number> {
  const storePath = join(directory, 'store.db')
  const socket = join(directory, 'runner.sock')
  await migrate(storePath)
  await using store = await openStore(storePath)
  await using _runner = await startRunner({
    ...{
      store,
      files: dataFiles(join(directory, 'data')),
      clock: systemClock,
      log: pino({ level: 'silent' }),
    },
    ...{ instance: instanceId.create(), socket, slots: 1, graceMs: 100, path: process.env.PATH ?? '' },
    worktrees: { keep: 4, totalBytes: 0 },
  })
  const waker = connect(socket).resume()
  using resources = new DisposableStack()
  resources.defer(() => waker.destroy())
  await once(waker, 'connect')
  // As the API does: it wakes the runner, which says when something has changed. Of worktrees it says nothing.
  const until = async (look: () => Promise<boolean>, pause: () => Promise<unknown>) => {
    waker.write('{"type":"wake"}\n')
    for (const limit = performance.now() + 300_000; !(await look()); await pause())
      if (performance.now() > limit) throw new Error('waited in vain')
  }
  const said = () => once(waker, 'data', { signal: AbortSignal.timeout(300_000) })
  const moment = () => delay(20)
  const { user } = await createUser(store, { name: 'bench', role: 'user', now: now() })
  const { repository } = await addRepository(store, {
    ...{ name: 'bench', url: origin, default_branch: 'main', now: now() },
  })
  await until(async () => (await getRepository(store, repository.id)).status === 'ready', moment)
  // The first makes the worktree.
  for (let round = 0; ; round++) {
    const id = await createSession(store, {
      ...{
        repository: repository.id,
        owner: user.id,
        patch_sha256: null,
        commands: [],
        ttl: 0,
        submodules: 'recursive',
      },
      ...{ revision: commits[round % 2] ?? null, idle_timeout: 0, offline: false, most: 10, now: now() },
    })
    if (id === undefined) throw new Error('refused')
    const runs = async () => (await getSession(store, id))?.status === 'running'
    const ms = await timed(() => until(runs, said))
    await requestRemoval(store, id, now())
    await until(async () => {
      const rows = await allWorktrees(store)
      return rows.length === 1 && rows.every(({ status }) => status === 'warm')
    }, moment)
    yield ms
  }
}

async function* byCheckout(
  directory: string,
  origin: string,
  commits: readonly string[],
): AsyncGenerator<number> {
  const place = join(directory, 'clone')
  await git('clone', '--quiet', '--shared', origin, place)
  // So that no file is younger than the index, as it is in a worktree that was left for a while.
  await delay(1_100)
  for (let round = 0; ; round++)
    yield await timed(async () => {
      await git('-C', place, 'checkout', '--quiet', '--detach', commits[round % 2] ?? 'main')
    })
}

async function byWorktreeAdd(directory: string, origin: string, commits: readonly string[], rounds: number) {
  const took: number[] = []
  for (let round = 0; round < rounds; round++) {
    const place = join(directory, `added-${round}`)
    took.push(
      await timed(async () => {
        await git('-C', origin, 'worktree', 'add', '--quiet', '--detach', place, commits[round % 2] ?? 'main')
      }),
    )
    await git('-C', origin, 'worktree', 'remove', '--force', place)
  }
  return took
}

await printIfMain(import.meta, bench)
