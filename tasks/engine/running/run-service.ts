import { UserError } from '../../../lib/user-error.ts'
import type { TaskEnd } from '../state.ts'
import type { Readiness } from '../task.ts'
import { durationText, millisecondsOf } from '../time.ts'
import { attempt } from './attempt.ts'
import { probe } from './readiness.ts'
import { type TaskSetting, withConfirmation } from './run-task.ts'

export interface ServiceSetting extends TaskSetting {
  readonly readiness: Readiness
  /** Aborted when nothing needs the service any more. */
  readonly stop: AbortSignal
  /** Told once, when it is ready. */
  readonly ready: () => void
}

/**
 * Runs a service until it is stopped. It succeeds by being stopped; ending by itself, or not being ready in time, is a
 * failure. Never rejects for what the service does.
 */
export async function runService(setting: ServiceSetting): Promise<TaskEnd> {
  const { readiness, stop, signal, ready, fail } = setting
  const { within = '30s' } = readiness
  const end = new AbortController()
  const limitMs = millisecondsOf('ready.within', within)
  let isReady = false
  let late: UserError | undefined
  const both = AbortSignal.any([stop, signal, end.signal])
  const probing = probe(readiness, both)
  const timer = setTimeout(() => {
    late = new UserError(`was not ready within ${durationText(limitMs)}`)
    end.abort(late)
  }, limitMs)
  void probing.ready.then(
    () => {
      clearTimeout(timer)
      if (both.aborted) return
      isReady = true
      ready()
    },
    () => {},
  )
  const ended = await attempt({
    ...setting,
    task: withConfirmation(setting),
    // It may go on after the run, whose starters end.
    surroundings: { ...setting.surroundings, starters: undefined },
    signal: both,
    failed: () => {},
    tell: event => {
      setting.tell(event)
      if (event.type === 'task-log') probing.line(event.line)
    },
  })
  clearTimeout(timer)
  end.abort()
  if (signal.aborted) return ended.kind === 'aborted' ? ended : { kind: 'aborted', abandoned: false }
  if (late === undefined && stop.aborted) return { kind: 'succeeded', result: undefined }
  const error =
    late ??
    (ended.kind === 'failed'
      ? ended.error
      : new UserError(isReady ? 'ended while it was needed' : 'ended before it was ready'))
  fail(error)
  return { kind: 'failed', error }
}
