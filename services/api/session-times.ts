import type { ServerSettings } from '../../config/schema.ts'
import { done, type FieldError, type Outcome, refuseFields } from './outcome.ts'

type Asked = { readonly ttl?: number | undefined; readonly idle_timeout?: number | undefined }
type Times = { readonly ttl: number; readonly idle_timeout: number }

/** How long a session may live and be idle: what was asked for, within what this server allows. 0: any time. */
export function sessionTimes(asked: Asked, settings: ServerSettings['sessions']): Outcome<Times> {
  const errors: FieldError[] = []
  const time = (field: keyof Asked, initial: number, most: number): number => {
    const wanted = asked[field]
    if (most === 0) return wanted ?? initial
    if (wanted === undefined) return initial === 0 ? most : Math.min(initial, most)
    errors.push(...beyond(field, wanted, most))
    return wanted
  }
  const times = {
    ttl: time('ttl', settings.ttl_seconds, settings.max_ttl_seconds),
    idle_timeout: time('idle_timeout', settings.idle_seconds, settings.max_idle_seconds),
  }
  return errors.length > 0 ? refuseFields(errors) : done(times)
}

/** The same of a session that is there: what is not asked for stays as it is. */
export function changedTimes(asked: Asked, settings: ServerSettings['sessions']): Outcome<Asked> {
  const errors = [
    ...beyond('ttl', asked.ttl, settings.max_ttl_seconds),
    ...beyond('idle_timeout', asked.idle_timeout, settings.max_idle_seconds),
  ]
  return errors.length > 0 ? refuseFields(errors) : done(asked)
}

/** What is wrong with a time that was asked for. `most` 0: nothing. */
const beyond = (path: keyof Asked, wanted: number | undefined, most: number): FieldError[] =>
  wanted === undefined || most === 0 || (wanted > 0 && wanted <= most)
    ? []
    : [{ path, message: `expected 1 to ${most} seconds, the most that this server allows` }]
