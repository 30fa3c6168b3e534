import { existsSync } from 'node:fs'
import type { SessionId } from '../../contract/ids.ts'
import type { SessionFailure } from '../../contract/session-state.ts'
import { environmentsOf } from '../../store/environments.ts'
import type { RunnerContext } from '../context.ts'

/** Why a session cannot go on with its environments; undefined where it can. While it has them they are not evicted. */
export async function checkEnvironments(
  { store, files }: Pick<RunnerContext, 'store' | 'files'>,
  session: SessionId,
): Promise<SessionFailure | undefined> {
  for (const { id, manager, status } of await environmentsOf(store, session))
    if (status !== 'ready' || !existsSync(files.environment(id)))
      return { reason: 'environment_failed', message: `its environment of ${manager} is gone` }
  return undefined
}
