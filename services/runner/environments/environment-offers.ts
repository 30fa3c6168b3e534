import { environmentsOf } from '../../store/environments.ts'
import type { CommandRow } from '../../store/schema.ts'
import type { RunnerContext } from '../context.ts'
import type { Offer } from './managers/manager.ts'
import { managers } from './managers/managers.ts'

/** What a command finds of its session's environments. What builds one finds none. */
export async function environmentOffers(
  { store, files }: Pick<RunnerContext, 'store' | 'files'>,
  { session_id, environment_id }: Pick<CommandRow, 'session_id' | 'environment_id'>,
): Promise<Offer> {
  if (environment_id !== null) return { path: [], variables: {} }
  const offers = (await environmentsOf(store, session_id))
    .filter(({ status }) => status === 'ready')
    .map(({ id, manager }) => managers[manager].offers(files.environment(id)))
  return {
    path: offers.flatMap(({ path }) => path),
    variables: Object.assign({}, ...offers.map(({ variables }) => variables)),
  }
}
