import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import type { Sentinel } from '../../../lib/processes/sentinel.ts'
import type { Starters } from '../commands/starters.ts'
import type { Confirm, Exec, TaskContext } from '../context.ts'
import type { EndCause, LogSource, TaskEvent } from '../events.ts'
import { createExec } from '../exec.ts'
import { MaskedStream } from '../secrets/masked-stream.ts'
import type { Masker } from '../secrets/masker.ts'
import type { TaskEnd } from '../state.ts'
import type { AnyParams, Task } from '../task.ts'
import { LimitWatch } from './limits.ts'

/** What a run gives to the tasks that it runs. */
export interface Surroundings {
  readonly root: string
  /** What commands inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly graceMs: number
  readonly sentinel: Sentinel | undefined
  readonly starters: Starters | undefined
  /** Aborted when there is no more time to end. */
  readonly urgent: AbortSignal
  /** How a yes-or-no question is asked. */
  readonly confirm: (exec: Exec) => Confirm
  /** The secrets of the run: what commands print is masked. */
  readonly masker: Masker | undefined
}

export interface AttemptSetting {
  readonly name: string
  readonly task: Task
  readonly results: Readonly<Record<string, unknown>>
  readonly params: AnyParams
  readonly rest: readonly string[]
  readonly surroundings: Surroundings
  /** Aborted when the task should end. */
  readonly signal: AbortSignal
  /** Told at once when the attempt has failed, while what it left is still being ended. */
  readonly failed: (error: unknown) => void
  readonly tell: (event: TaskEvent) => void
}

/** Runs a task once and ends what it leaves. Never rejects for what the task does. */
export async function attempt(setting: AttemptSetting): Promise<TaskEnd> {
  const { task, signal } = setting
  const { urgent, graceMs, sentinel } = setting.surroundings
  const { undoMs = 500, timeout, heartbeat } = task.options
  const scope = new ProcessScope({ graceMs, ...(sentinel === undefined ? {} : { sentinel }) })
  const limit = timeout === undefined && heartbeat === undefined ? undefined : new Limit(setting)
  const own = limit?.signal ?? signal
  let over = false
  const tell = (event: TaskEvent) => {
    if (over) return
    limit?.hear()
    setting.tell(event)
  }
  const hasten = () => void scope.end({ graceMs: 0 })
  urgent.addEventListener('abort', hasten)
  try {
    const body = settle(setting, createContext({ ...setting, signal: own, tell }, scope, limit))
    const first = await Promise.race([body, aborted(own, body)])
    const reached = limit?.reached
    const cause = reached !== undefined ? 'failed' : causeOf(first, signal)
    if (reached !== undefined) setting.failed(reached)
    else if (first !== 'aborted' && first.kind === 'failed' && cause === 'failed') setting.failed(first.error)
    const { ended, killed, remaining } = await scope.end()
    if (ended + killed + remaining.length > 0)
      tell({ type: 'task-processes-ended', cause, ended, killed, remaining })
    const end = first === 'aborted' ? await returned(body, urgent, undoMs) : first
    if (reached !== undefined) return { kind: 'failed', error: reached }
    // What an aborted task throws is the consequence of its abortion, not a failure of its own.
    return end.kind === 'failed' && cause === 'aborted' ? { kind: 'aborted', abandoned: false } : end
  } finally {
    over = true
    limit?.[Symbol.dispose]()
    urgent.removeEventListener('abort', hasten)
    await scope.end()
  }
}

/** A signal that is aborted with the run's, or when a limit of the task is reached. */
class Limit implements Disposable {
  readonly #control = new AbortController()
  readonly #watch: LimitWatch
  readonly #outer: AbortSignal
  readonly #pass = () => this.#control.abort(this.#outer.reason)
  reached: Error | undefined

  constructor({ task, signal }: AttemptSetting) {
    this.#outer = signal
    if (signal.aborted) this.#pass()
    signal.addEventListener('abort', this.#pass)
    const { timeout, heartbeat } = task.options
    const limits = {
      ...(timeout !== undefined && { timeout }),
      ...(heartbeat !== undefined && { heartbeat }),
    }
    this.#watch = new LimitWatch(limits, error => {
      if (this.#control.signal.aborted) return
      this.reached = error
      this.#control.abort(error)
    })
  }

  get signal(): AbortSignal {
    return this.#control.signal
  }

  hear(): void {
    this.#watch.hear()
  }

  hold<T>(work: () => Promise<T>): Promise<T> {
    return this.#watch.hold(work)
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]()
    this.#outer.removeEventListener('abort', this.#pass)
  }
}

async function settle({ task, results }: AttemptSetting, context: TaskContext<AnyParams>): Promise<TaskEnd> {
  try {
    const { run } = task.options
    if (typeof run === 'function') return { kind: 'succeeded', result: await run(results, context) }
    const [file, ...args] = run
    await context.exec(file, [...args, ...context.rest])
    return { kind: 'succeeded', result: undefined }
  } catch (error) {
    return { kind: 'failed', error }
  }
}

function createContext(
  { name, params, rest, surroundings, signal, tell }: AttemptSetting,
  scope: ProcessScope,
  limit: Limit | undefined,
): TaskContext<AnyParams> {
  const { root, environment, starters, masker } = surroundings
  const log = (source: LogSource, line: string) => tell({ type: 'task-log', source, line })
  const exec = createExec({
    scope,
    signal,
    cwd: root,
    environment,
    starters,
    log,
    heard: limit && (() => limit.hear()),
    ...(masker !== undefined && { masked: () => new MaskedStream(masker) }),
    terminal: taken => tell({ type: taken ? 'task-took-terminal' : 'task-released-terminal' }),
  })
  return {
    name,
    params,
    rest,
    root,
    signal,
    scope,
    log: text => {
      for (const line of text.split('\n')) log('task', line)
    },
    progress: text => tell({ type: 'task-progress', text }),
    print: text => tell({ type: 'task-print', text }),
    secret: value => masker?.add(value),
    // Looks for a terminal, and few tasks ask.
    get confirm() {
      const confirm = surroundings.confirm(exec)
      if (confirm === undefined || limit === undefined) return confirm
      return (question: string) => limit.hold(() => confirm(question))
    },
    exec,
  }
}

function causeOf(first: TaskEnd | 'aborted', signal: AbortSignal): EndCause {
  if (first === 'aborted' || signal.aborted) return 'aborted'
  return first.kind === 'failed' ? 'failed' : 'left-behind'
}

/** Resolves when the signal is aborted, and listens no longer than the body runs. */
function aborted(signal: AbortSignal, body: Promise<unknown>): Promise<'aborted'> {
  return new Promise(resolve => {
    const listener = () => resolve('aborted')
    if (signal.aborted) listener()
    signal.addEventListener('abort', listener, { once: true })
    void body.then(() => signal.removeEventListener('abort', listener))
  })
}

/** Gives an aborted task whose processes have ended time to return, and then abandons it. */
async function returned(body: Promise<TaskEnd>, urgent: AbortSignal, undoMs: number): Promise<TaskEnd> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<TaskEnd>(resolve => {
    const abandon = () => resolve({ kind: 'aborted', abandoned: true })
    timer = setTimeout(abandon, urgent.aborted ? 0 : undoMs)
    urgent.addEventListener('abort', abandon, { once: true })
  })
  const end = await Promise.race([body, late])
  clearTimeout(timer)
  return end
}
