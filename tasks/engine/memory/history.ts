import { monotonicMs } from '../../../lib/monotonic.ts'
import { identify, isAlive } from '../../../lib/processes/identity.ts'
import type { Change } from '../changes.ts'
import type { Outcome, TaskState } from '../state.ts'
import type { Memory } from './memory.ts'
import { readResult, storeResult } from './results.ts'

/** How many runs are remembered. */
const keptRuns = 100

/** What has ended is written at once, unless something was this little ago, in milliseconds: a transaction costs as much as a short command. */
const pause = 20

export type RunOutcome = Outcome | 'killed' | 'running'

export interface PastRun {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly durationMs: number | undefined
  readonly outcome: RunOutcome
  /** As typed after `task`. */
  readonly words: readonly string[]
  readonly ran: number
  readonly upToDate: number
  readonly restored: number
}

export interface PastTask {
  readonly name: string
  readonly outcome: 'succeeded' | 'restored' | 'resumed' | 'failed' | 'aborted'
  readonly durationMs: number
  readonly why: readonly Change[]
  readonly error: string | undefined
}

export interface RunningOptions {
  readonly memory: Memory
  readonly id: string
  readonly words: readonly string[]
  readonly startedAt: number
  /** Whether the result of a task is kept for `resume`: not where its fingerprint does that, and not if it is secret. */
  readonly keepsResult: (name: string, result: unknown) => boolean
  /** What went wrong, in a line that may be stored. */
  readonly errorLine: (error: unknown) => string
}

interface EndedTask extends PastTask {
  readonly result: Uint8Array | null
}

/** Writes one run into the history while it goes on, so that one that is killed can be resumed. */
export class RunHistory {
  readonly #options: RunningOptions
  readonly #startTime = identify(process.pid)?.startTime ?? ''
  readonly #whys = new Map<string, readonly Change[]>()
  readonly #durations = new Map<string, number>()
  #ended: EndedTask[] = []
  #upToDate = 0
  #flush: NodeJS.Timeout | undefined
  #writtenAt = Number.NEGATIVE_INFINITY

  constructor(options: RunningOptions) {
    this.#options = options
    const { memory } = options
    memory.together(() => {
      this.#writeRun()
      memory.run(
        'delete from runs where id in (select id from runs order by rowid desc limit -1 offset ?)',
        keptRuns,
      )
    })
  }

  /** Why a task starts, or is restored. */
  why(name: string, why: readonly Change[]): void {
    this.#whys.set(name, why)
  }

  ended(name: string, state: TaskState): void {
    if (state.kind === 'succeeded' && state.how === 'up-to-date') {
      this.#upToDate++
      return
    }
    const ended = this.#endedTask(name, state)
    if (ended === undefined) return
    if (ended.outcome === 'succeeded') this.#durations.set(name, ended.durationMs)
    this.#ended.push(ended)
    this.#flush ??= setTimeout(() => this.#write(), Math.max(0, this.#writtenAt + pause - monotonicMs()))
  }

  finish(outcome: Outcome, endedAt: number): void {
    const { memory, id } = this.#options
    memory.together(() => {
      this.#writeTasks()
      for (const [name, ms] of this.#durations)
        memory.run(
          'insert or replace into durations (taskfile, name, ms) values (?, ?, ?)',
          memory.taskfile,
          name,
          ms,
        )
      memory.run(
        'update runs set outcome = ?, ended_at = ?, up_to_date = ? where id = ?',
        outcome,
        endedAt,
        this.#upToDate,
        id,
      )
    })
  }

  #endedTask(name: string, state: TaskState): EndedTask | undefined {
    const { keepsResult, errorLine } = this.#options
    const why = this.#whys.get(name) ?? []
    const common = { name, why, error: undefined, result: null }
    switch (state.kind) {
      case 'succeeded': {
        const outcome = state.how === 'restored' || state.how === 'resumed' ? state.how : 'succeeded'
        if (outcome === 'restored' || !keepsResult(name, state.result))
          return { ...common, outcome, durationMs: state.durationMs }
        const stored = storeResult(state.result)
        const result = stored.kind === 'bytes' ? stored.bytes : null
        return { ...common, outcome, durationMs: state.durationMs, result }
      }
      case 'failed': {
        const { durationMs } = state
        return { ...common, outcome: 'failed', durationMs, error: errorLine(state.error) }
      }
      case 'aborted':
        return { ...common, outcome: 'aborted', durationMs: state.durationMs }
      case 'waiting':
      case 'running':
      case 'serving':
      case 'skipped':
        return undefined
    }
  }

  #write(): void {
    this.#options.memory.together(() => this.#writeTasks())
  }

  /** Again with all that belongs to it: the memory may have been begun anew meanwhile. */
  #writeRun(): void {
    const { memory, id, words, startedAt } = this.#options
    memory.run(
      'insert or ignore into runs (id, taskfile, words, pid, pid_start, started_at) values (?, ?, ?, ?, ?, ?)',
      id,
      memory.taskfile,
      JSON.stringify(words),
      process.pid,
      this.#startTime,
      startedAt,
    )
  }

  #writeTasks(): void {
    clearTimeout(this.#flush)
    this.#flush = undefined
    this.#writtenAt = monotonicMs()
    const { memory, id } = this.#options
    this.#writeRun()
    for (const { name, outcome, why, durationMs, error, result } of this.#ended.splice(0))
      memory.run(
        `insert or replace into run_tasks (run, name, outcome, why, duration_ms, error, result)
           values (?, ?, ?, ?, ?, ?, ?)`,
        id,
        name,
        outcome,
        JSON.stringify(why),
        durationMs,
        error ?? null,
        result,
      )
  }
}

/** The runs that are remembered, newest first. */
export function pastRuns(memory: Memory): PastRun[] {
  const rows = memory.all(
    `select id, started_at, ended_at, outcome, words, pid, pid_start, up_to_date,
       (select count(*) from run_tasks where run = id and outcome in ('succeeded', 'failed', 'aborted')) as ran,
       (select count(*) from run_tasks where run = id and outcome = 'restored') as restored
     from runs where taskfile = ? order by rowid desc`,
    memory.taskfile,
  )
  return rows.map(row => ({
    id: String(row.id),
    startedAt: Number(row.started_at),
    durationMs:
      row.ended_at === null ? undefined : Math.max(0, Number(row.ended_at) - Number(row.started_at)),
    outcome: outcomeOf(row),
    words: JSON.parse(String(row.words)),
    ran: Number(row.ran),
    upToDate: Number(row.up_to_date),
    restored: Number(row.restored),
  }))
}

/** The tasks of a run that ran or were restored, in the order in which they ended. */
export function pastTasks(memory: Memory, run: string): PastTask[] {
  const rows = memory.all(
    'select name, outcome, why, duration_ms, error from run_tasks where run = ? order by rowid',
    run,
  )
  return rows.map(row => ({
    name: String(row.name),
    outcome: row.outcome as PastTask['outcome'],
    durationMs: Number(row.duration_ms),
    why: JSON.parse(String(row.why)),
    error: row.error === null ? undefined : String(row.error),
  }))
}

/** The results that a run left for the one that resumes it. */
export function resultsOf(memory: Memory, run: string): Map<string, { readonly result: unknown }> {
  const rows = memory.all(
    `select name, result from run_tasks
     where run = ? and outcome in ('succeeded', 'resumed') and result is not null`,
    run,
  )
  return new Map(
    rows.flatMap(({ name, result }) =>
      result instanceof Uint8Array ? [[String(name), { result: readResult(result) }]] : [],
    ),
  )
}

/** The result of the last run of a task, as it was serialized. */
export function lastResult(memory: Memory, name: string): Uint8Array | undefined {
  const [row] = memory.all(
    `select result from run_tasks join runs on runs.id = run
     where name = ? and taskfile = ? and result is not null order by runs.rowid desc limit 1`,
    name,
    memory.taskfile,
  )
  return row?.result instanceof Uint8Array ? row.result : undefined
}

/** A run without an end whose process is gone was killed. */
function outcomeOf(row: Readonly<Record<string, unknown>>): RunOutcome {
  if (typeof row.outcome === 'string') return row.outcome as Outcome
  const holder = { pid: Number(row.pid), startTime: String(row.pid_start) }
  return isAlive(holder) ? 'running' : 'killed'
}
