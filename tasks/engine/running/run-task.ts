import { UserError } from '../../../lib/user-error.ts'
import type { TaskEnd } from '../state.ts'
import type { AnyPlace } from '../task.ts'
import { type AttemptSetting, attempt } from './attempt.ts'
import { pause } from './pause.ts'
import { retryPlanOf } from './retry.ts'

export type TaskSetting = Omit<AttemptSetting, 'failed'> & {
  /** Told at once when the task has failed, while what it left is still being ended. */
  readonly fail: (error: unknown) => void
}

/** Runs a task as often as its retries allow. Never rejects for what the task does. */
export async function runTask(setting: TaskSetting): Promise<TaskEnd> {
  const { task, signal, fail, tell } = setting
  let plan: ReturnType<typeof retryPlanOf>
  try {
    plan = retryPlanOf(task.options)
  } catch (error) {
    fail(error)
    return { kind: 'failed', error }
  }
  const { attempts } = plan
  for (let number = 1; ; number++) {
    const isLast = number === attempts
    const end = await attempt({
      ...setting,
      task: number === 1 ? withConfirmation(setting) : task,
      failed: error => {
        if (isLast || !isWorthRepeating(error)) fail(error)
      },
    })
    if (end.kind !== 'failed' || isLast || !isWorthRepeating(end.error)) return end
    if (signal.aborted) return { kind: 'aborted', abandoned: false }
    const delayMs = plan.delayBefore(number + 1)
    tell({ type: 'task-retrying', error: end.error, attempt: number + 1, attempts, delayMs })
    await pause(delayMs, signal)
    if (signal.aborted) return { kind: 'aborted', abandoned: false }
  }
}

/** What the user has to correct, or has declined, does not go away by itself. Limits that were reached may. */
class DeclinedError extends UserError {}

function isWorthRepeating(error: unknown): boolean {
  return !(error instanceof DeclinedError)
}

/** The task with its question in front of it. */
export function withConfirmation({ task }: TaskSetting): TaskSetting['task'] {
  const { confirm, run } = task.options
  if (confirm === undefined) return task
  return {
    ...task,
    options: {
      ...task.options,
      run: async (results, context) => {
        const { root, params, rest } = context
        const place: AnyPlace = { root, params, rest }
        const question = typeof confirm === 'function' ? await confirm(results, place) : confirm
        if (question !== undefined) {
          if (context.confirm === undefined)
            throw new DeclinedError(`${question}\nthere is nobody to ask`, { fix: 'give --yes to agree' })
          if (!(await context.confirm(question))) throw new DeclinedError('declined: nothing was done')
        }
        if (typeof run === 'function') return run(results, context)
        const [file, ...args] = run
        await context.exec(file, [...args, ...rest])
        return undefined
      },
    },
  }
}
