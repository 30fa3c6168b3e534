import type { Change } from '../engine/changes.ts'
import type { TaskEvent } from '../engine/events.ts'
import { changesText } from './change-text.ts'
import { reasonLines } from './failure.ts'
import { count, durationText } from './plain-text.ts'

/** What plain lines, GitHub's and the tree say of a task, without its name and without colours. */

export const upToDateText = 'up to date'
export const resumedText = 'done in the run that is resumed'

/** `started: src/a.ts changed`. */
export function startedText(why: readonly Change[]): string {
  return withReason('started', changesText(why))
}

/** `restored 3 files: src/a.ts changed`; a result may be restored without any. */
export function restoredText({ why, files }: { why: readonly Change[]; files: number }): string {
  return withReason(files === 0 ? 'restored' : `restored ${count(files, 'file')}`, changesText(why))
}

export function waitsText(pid: number): string {
  return `waits for task process ${pid}, which is making the same`
}

type Retrying = Extract<TaskEvent, { readonly type: 'task-retrying' }>

/** `attempt 1 of 3 failed, again in 1.0 s: make exited with code 2`. */
export function retryText({ error, attempt, attempts, delayMs }: Omit<Retrying, 'type'>): string {
  const what = `attempt ${attempt - 1} of ${attempts} failed, again in ${durationText(delayMs)}`
  return withReason(what, reasonLines(error)[0])
}

export function readyText({ durationMs, kept }: { durationMs: number; kept?: true }): string {
  return kept ? 'goes on' : `ready after ${durationText(durationMs)}`
}

/** Why a run ends before its end: somebody has cancelled it, or with --watch, something has changed. */
export function cancelledText(reason: unknown): string {
  return reason === 'change' ? 'something has changed: ending what is stale' : 'cancelled: ending what runs'
}

/** `served`: it is a service that had become ready. */
export function doneText(durationMs: number, served: boolean): string {
  const time = durationText(durationMs)
  return served ? `ended after ${time}: nothing needs it any more` : `done in ${time}`
}

export function abortedText(abandoned: boolean): string {
  return abandoned ? 'did not stop, and is left' : 'stopped'
}

/** `because` is the need that failed, where that is why. */
export function skippedText(because: string | undefined): string {
  return withReason('not started', because === undefined ? undefined : `${because} failed`)
}

function withReason(what: string, reason: string | undefined): string {
  return reason === undefined ? what : `${what}: ${reason}`
}
