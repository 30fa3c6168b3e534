import { AsyncLocalStorage } from 'node:async_hooks'
import { type Attributes, annotate } from './trace.ts'

/** What a piece of work is about, by ids alone: it stands in every line that is logged meanwhile, and in its span. */
export type Subject = {
  request?: string
  repository?: string
  session?: string
  command?: string
  token?: string
  user?: string
  invite?: string
}

const current = new AsyncLocalStorage<Subject>()

/** Does work that is about this. The subject may come to be known better on the way: see `note`. */
export const withSubject = <T>(subject: Subject, work: () => T): T => current.run(subject, work)

/** Adds to what the present work is about; nothing where no work was begun. */
export function note(more: Subject): void {
  const subject = current.getStore()
  if (subject === undefined) return
  Object.assign(subject, more)
  annotate(() => attributesOf(more))
}

export const subjectOf = (): Subject | undefined => current.getStore()

/** As a span has them. */
export const attributesOf = (subject: Subject): Attributes =>
  Object.fromEntries(Object.entries(subject).map(([name, id]) => [`debug_server.${name}`, id]))
