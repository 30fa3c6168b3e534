import { join } from 'node:path'
import type { Workspace } from '../../config/workspace.ts'
import { acquireLock } from '../../lib/lock.ts'
import { takeTurn } from '../bootstrap/turn.ts'
import { requireNoServices } from '../running-services.ts'

export type Waiting = { signal: AbortSignal; log(line: string): void }

/**
 * Holds a store at rest: no service uses it, and none is started, until this is disposed. The order of the two locks is
 * that of `up`, which bootstraps first.
 */
export async function holdAtRest(workspace: Workspace, what: string, waiting: Waiting): Promise<Disposable> {
  using held = new DisposableStack()
  held.use(await takeTurn(workspace, waiting))
  held.use(
    await acquireLock(join(workspace.run, 'up.lock'), {
      signal: waiting.signal,
      onWait: () => waiting.log('a `task up` or `task down` is under way in this clone; waiting for it'),
    }),
  )
  requireNoServices(workspace, what)
  return held.move()
}
