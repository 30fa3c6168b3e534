import { secondsOf } from '../../lib/duration.ts'
import { UserError } from '../../lib/user-error.ts'
import type { Time } from './task.ts'

/** The longest time a timer of Node can wait for: about 24 days. */
const longestMs = 2 ** 31 - 1

/** Reads a time that a Taskfile declares under this name. Throws a UserError that names it. */
export function millisecondsOf(name: string, time: Time): number {
  const ms = typeof time === 'number' ? time : (secondsOf(time) ?? Number.NaN) * 1000
  if (ms >= 0 && ms <= longestMs) return ms
  throw new UserError(`${name}: ${JSON.stringify(time)} is no time`, {
    fix: 'milliseconds, or a text such as 500ms, 30s, 5m or 2h; at most 24 days',
  })
}

/** For messages: `30 s`, `1.5 s`, `200 ms`. */
export function durationText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(1))} s`
}
