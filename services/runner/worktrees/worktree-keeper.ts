import { bootId } from '../../../lib/boot-id.ts'
import { toInstant } from '../../../lib/clock.ts'
import { moveWorktree, pooledWorktrees } from '../../store/worktrees.ts'
import type { RunnerContext } from '../context.ts'
import type { KeyedJobs } from '../keyed-jobs.ts'
import { chooseEvicted } from './choose-evicted.ts'
import { matchDirectories } from './match-directories.ts'
import { removeWorktree } from './remove-worktree.ts'
import { scrubWorktree } from './scrub-worktree.ts'

/** How many worktrees a runner scrubs at a time: each reads and writes as fast as it can. */
const scrubsAtATime = 2

/** Does what is to be done about worktrees that no session has, beside all other work. */
export class WorktreeKeeper {
  readonly #context: RunnerContext
  readonly #jobs: KeyedJobs
  #matched = false

  constructor(context: RunnerContext, jobs: KeyedJobs) {
    this.#context = context
    this.#jobs = jobs
  }

  /** To be called often. Only reads and starts jobs. */
  async look(): Promise<void> {
    const { store, lease, clock, worktrees } = this.#context
    if (!this.#matched)
      this.#matched = this.#jobs.start('worktrees', signal => matchDirectories(this.#context, signal))
    const rows = await pooledWorktrees(store)
    const evicted = chooseEvicted(rows, worktrees)
    const now = toInstant(clock.now())
    for (const { id, status } of evicted)
      await moveWorktree(store, id, { from: status, to: 'removing' }, { now })
    const boot = bootId()
    for (const { id } of rows.filter(row => row.status === 'warm' && row.boot_id !== boot))
      await moveWorktree(store, id, { from: 'warm', to: 'scrubbing' }, { now })
    const free = rows.filter(row => row.runner_token === null || row.runner_token === lease.token)
    // Those used last first, which are the last to be evicted.
    const scrubbing = free.filter(row => row.status === 'scrubbing' && !evicted.includes(row))
    for (const row of scrubbing.slice(0, scrubsAtATime))
      this.#jobs.start(`worktree ${row.id}`, signal => scrubWorktree(this.#context, row, signal))
    for (const row of free.filter(({ status }) => status === 'removing'))
      this.#jobs.start(`worktree ${row.id}`, () => removeWorktree(this.#context, row))
  }
}
