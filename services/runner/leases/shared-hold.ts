import type { RepositoryId } from '../../contract/ids.ts'
import type { Exclusively } from '../git/repository-turns.ts'

/** How long others join a hold, in milliseconds: those that overlap for ever must not keep other runners out. */
const defaultJoinMs = 10_000

type Hold = {
  users: number
  readonly joinable: () => boolean
  readonly taken: Promise<void>
  readonly finish: () => void
  readonly over: Promise<void>
}

/** Has work on one repository that overlaps share one hold, which ends with the last of it. */
export function sharedHold(exclusively: Exclusively, joinMs = defaultJoinMs): Exclusively {
  const holds = new Map<RepositoryId, Hold>()

  const begin = (id: RepositoryId): Hold => {
    const until = performance.now() + joinMs
    const taken = Promise.withResolvers<void>()
    const finished = Promise.withResolvers<void>()
    const over = exclusively(id, () => {
      taken.resolve()
      return finished.promise
    })
    over.catch(taken.reject)
    const joinable = () => hold.users > 0 && performance.now() < until
    const hold: Hold = { users: 1, joinable, taken: taken.promise, finish: finished.resolve, over }
    holds.set(id, hold)
    const forget = () => void holds.delete(id)
    over.then(forget, forget)
    return hold
  }

  const join = async (id: RepositoryId): Promise<Hold> => {
    for (;;) {
      const known = holds.get(id)
      if (known === undefined) return begin(id)
      if (known.joinable()) {
        known.users++
        return known
      }
      // It has to be given back before it is taken again: whoever gives it back gives back both.
      await Promise.allSettled([known.over])
    }
  }

  return async (id, work) => {
    const hold = await join(id)
    try {
      await hold.taken
      return await work()
    } finally {
      hold.users--
      if (hold.users === 0) {
        hold.finish()
        // As who holds it alone waits until it is given back.
        await hold.over
      }
    }
  }
}
