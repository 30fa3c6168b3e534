import { identify, isAlive } from '../../../lib/processes/identity.ts'
import { baseOf, isGlob, matcherOf } from '../files/find-files.ts'
import type { Memory } from './memory.ts'

/** Held until it is disposed, or until its process is gone, however that went. */
export interface Claim extends Disposable {
  readonly kind: 'held'
}

export type Claimed = Claim | { readonly kind: 'taken'; readonly pid: number; readonly path: string }

/** Paths that a task makes, as the database names them in which they are claimed. */
export interface Wish {
  readonly memory: Memory
  readonly paths: readonly string[]
}

const self = () => identify(process.pid)

/**
 * What a task makes is made by one process at a time: `paths` are claimed, all or none. Paths are directories, files or
 * patterns; one that lies in another collides with it. Where nothing is remembered there is nothing to claim in either, and the
 * claim is given without.
 */
export function claim(memory: Memory, task: string, paths: readonly string[]): Claimed {
  const own = self()
  if (own === undefined || paths.length === 0) return { kind: 'held', [Symbol.dispose]: () => {} }
  let taken: { pid: number; path: string } | undefined
  memory.together(() => {
    for (const row of memory.all('select path, pid, pid_start from claims')) {
      const pid = Number(row.pid)
      const holder = { pid, startTime: String(row.pid_start) }
      if (holder.pid === own.pid && holder.startTime === own.startTime) continue
      if (!isAlive(holder))
        memory.run('delete from claims where pid = ? and pid_start = ?', pid, holder.startTime)
      else if (paths.some(path => collide(path, String(row.path)))) taken ??= { pid, path: String(row.path) }
    }
    if (taken !== undefined) return
    for (const path of paths)
      memory.run(
        'insert or replace into claims (path, task, pid, pid_start) values (?, ?, ?, ?)',
        path,
        task,
        own.pid,
        own.startTime,
      )
  })
  if (taken !== undefined) return { kind: 'taken', ...(taken as { pid: number; path: string }) }
  return {
    kind: 'held',
    [Symbol.dispose]: () => {
      memory.together(() => {
        for (const path of paths)
          memory.run(
            'delete from claims where path = ? and pid = ? and pid_start = ?',
            path,
            own.pid,
            own.startTime,
          )
      })
    },
  }
}

/** The same in several databases, all or none: whoever makes the same may know only one of them. */
export function claimAll(task: string, wishes: readonly Wish[]): Claimed {
  const held = new DisposableStack()
  for (const { memory, paths } of wishes) {
    const claimed = claim(memory, task, paths)
    if (claimed.kind === 'taken') {
      held[Symbol.dispose]()
      return claimed
    }
    held.use(claimed)
  }
  return { kind: 'held', [Symbol.dispose]: () => held[Symbol.dispose]() }
}

/**
 * Whether two outputs may have a file in common: paths that are the same, or of which one lies in the other, and patterns
 * that lead there. Two patterns below the same directory are taken to.
 */
export function collide(a: string, b: string): boolean {
  if (isWithin(a, b) || isWithin(b, a)) return true
  if (!isGlob(a)) return isGlob(b) && leadsTo(b, a)
  if (!isGlob(b)) return leadsTo(a, b)
  return isWithin(baseOf(a), baseOf(b)) || isWithin(baseOf(b), baseOf(a))
}

const isWithin = (path: string, directory: string): boolean =>
  directory === '' || path === directory || path.startsWith(`${directory}/`)

/** Whether a pattern matches a path, or something in it if that is a directory. */
function leadsTo(pattern: string, path: string): boolean {
  if (matcherOf(pattern)(path)) return true
  if (pattern.includes('**')) return isWithin(path, baseOf(pattern))
  const [parts, { length }] = [pattern.split('/'), path.split('/')]
  return parts.length > length && matcherOf(parts.slice(0, length).join('/'))(path)
}
