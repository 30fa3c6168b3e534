import { ProcessScope } from '../../lib/processes/process-scope.ts'
import type { Sentinel } from '../../lib/processes/sentinel.ts'
import type { TaskContext } from './context.ts'
import type { EndCause, LogSource, TaskEvent } from './events.ts'
import { createExec } from './exec.ts'
import type { TaskEnd } from './state.ts'
import type { Task } from './task.ts'

export interface TaskSetting {
  readonly name: string
  readonly task: Task
  readonly results: Readonly<Record<string, unknown>>
  readonly args: unknown
  readonly root: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly graceMs: number
  readonly sentinel: Sentinel | undefined
  /** Aborted when the task should end. */
  readonly signal: AbortSignal
  /** Aborted when there is no more time to end. */
  readonly urgent: AbortSignal
  /** Told at once when the task has failed, while what it left is still being ended. */
  readonly fail: (error: unknown) => void
  readonly emit: (event: TaskEvent) => void
}

/** Runs one task and ends what it leaves. Never rejects for what the task does. */
export async function runTask(setting: TaskSetting): Promise<TaskEnd> {
  const { signal, urgent, graceMs, sentinel, emit } = setting
  const scope = new ProcessScope({ graceMs, ...(sentinel === undefined ? {} : { sentinel }) })
  let over = false
  const tell = (event: TaskEvent) => {
    if (!over) emit(event)
  }
  const hasten = () => void scope.end({ graceMs: 0 })
  urgent.addEventListener('abort', hasten)
  try {
    const body = settle(setting.task, setting.results, createContext(setting, scope, tell))
    const first = await Promise.race([body, aborted(signal, body)])
    const cause = causeOf(first, signal)
    if (first !== 'aborted' && first.kind === 'failed' && cause === 'failed') setting.fail(first.error)
    const { ended, killed, remaining } = await scope.end()
    if (ended + killed + remaining.length > 0)
      tell({ type: 'task-processes-ended', cause, ended, killed, remaining })
    const end = first === 'aborted' ? await returned(body, urgent, setting.task.undoMs) : first
    // What an aborted task throws is the consequence of its abortion, not a failure of its own.
    return end.kind === 'failed' && cause === 'aborted' ? { kind: 'aborted', abandoned: false } : end
  } finally {
    over = true
    urgent.removeEventListener('abort', hasten)
    await scope.end()
  }
}

async function settle(
  task: Task,
  results: Readonly<Record<string, unknown>>,
  context: TaskContext<unknown>,
): Promise<TaskEnd> {
  try {
    return { kind: 'succeeded', result: await task.run(results, context) }
  } catch (error) {
    return { kind: 'failed', error }
  }
}

function createContext(
  setting: TaskSetting,
  scope: ProcessScope,
  tell: (event: TaskEvent) => void,
): TaskContext<unknown> {
  const { name, args, root, signal, environment } = setting
  const log = (source: LogSource, line: string) => tell({ type: 'task-log', source, line })
  return {
    name,
    args,
    root,
    signal,
    scope,
    log: text => {
      for (const line of text.split('\n')) log('task', line)
    },
    progress: text => tell({ type: 'task-progress', text }),
    print: text => tell({ type: 'task-print', text }),
    exec: createExec({
      scope,
      signal,
      cwd: root,
      environment,
      log,
      terminal: taken => tell({ type: taken ? 'task-took-terminal' : 'task-released-terminal' }),
    }),
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
