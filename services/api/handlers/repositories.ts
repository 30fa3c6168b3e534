import type { RepositoryId } from '../../contract/ids.ts'
import { parseRepositoryAddress } from '../../contract/repository-address.ts'
import { grants } from '../../contract/scopes.ts'
import {
  addRepository,
  listRepositories,
  lookUpRepository,
  requestRepositoryRemoval,
} from '../../store/repositories.ts'
import { wantFetch } from '../../store/repository-fetches.ts'
import { toRepository } from '../../store/rows.ts'
import type { RepositoryRow } from '../../store/schema.ts'
import type { Caller } from '../access.ts'
import type { Context } from '../context.ts'
import { holdUntilSettled } from '../hold.ts'
import { done, type Outcome, refuse, refuseFields } from '../outcome.ts'
import { page } from '../page.ts'
import { tell } from '../tell.ts'
import { findRepository, noSuchRepository } from './find.ts'
import type { Handlers } from './handler.ts'
import { now } from './now.ts'
import { byName } from './orders.ts'

type Names = `repositories.${'add' | 'list' | 'get' | 'fetch' | 'delete'}`

export const repositoryHandlers = (context: Context): Pick<Handlers, Names> => ({
  'repositories.add': async (input, call) => {
    const place = placeOf(context, input.url, call.caller)
    if (!place.ok) return place
    const name = input.name ?? place.value.name
    if (name === undefined)
      return refuseFields([{ path: 'name', message: 'the address ends in no usable name: give one' }])
    const added = await addRepository(context.store, {
      name,
      url: place.value.url,
      default_branch: input.default_branch ?? null,
      now: now(context),
    })
    if (added.outcome === 'name_taken')
      return refuse('repository_exists', `another repository is called ${name}: give this one another name`)
    if (added.outcome === 'being_removed')
      return refuse('repository_exists', `the repository ${name} is being removed: try again in a moment`)
    if (added.outcome === 'added') context.runner.wake()
    const { id } = added.repository
    const row = await settle(context, id, isSettled, input.wait, call.gone)
    if (row === undefined) return noSuchRepository(name)
    const repository = toRepository(row)
    return added.outcome === 'added' ? done(repository) : { ok: true, value: repository, status: 200 }
  },

  'repositories.list': input =>
    page(input, byName, (after, limit) => listRepositories(context.store, { after, limit }), toRepository),

  'repositories.get': async (input, { gone }) => {
    const found = await findRepository(context, input.repository)
    if (!found.ok) return found
    const repository = found.value
    return repositoryOr404(repository, await settle(context, repository.id, isSettled, input.wait, gone))
  },

  'repositories.fetch': async (input, { gone }) => {
    const found = await findRepository(context, input.repository)
    if (!found.ok) return found
    const repository = found.value
    const wanted = await wantFetch(context.store, repository.id, now(context))
    if (wanted === undefined) return noSuchRepository(input.repository)
    tell(context, { repository: repository.id })
    const done = (row: RepositoryRow) => row.fetches_done >= wanted
    return repositoryOr404(repository, await settle(context, repository.id, done, input.wait, gone))
  },

  'repositories.delete': async (input, { gone }) => {
    const found = await findRepository(context, input.repository)
    if (!found.ok) return found
    const { id, name } = found.value
    const inUse = (sessions: string) =>
      refuse('repository_in_use', `there are ${sessions} of ${name}, perhaps of others: delete them first`)
    const sessions = await requestRepositoryRemoval(context.store, id)
    if (sessions > 0) return inUse(sessions === 1 ? '1 session' : `${sessions} sessions`)
    tell(context, { repository: id })
    const stays = (row: RepositoryRow) => row.removal_requested === 0
    const left = await settle(context, id, stays, input.wait, gone)
    if (left !== undefined && stays(left)) return inUse('sessions')
    return done({ id, status: left === undefined ? 'deleted' : 'deleting' })
  },
})

const isSettled = (row: RepositoryRow) => row.status !== 'pending' && row.fetches_wanted <= row.fetches_done

const repositoryOr404 = ({ name }: RepositoryRow, row: RepositoryRow | undefined) =>
  row === undefined ? noSuchRepository(name) : done(toRepository(row))

/** Where git is to fetch from, if this caller may say so. */
function placeOf(
  { loopback, allowedSchemes }: Context,
  text: string,
  caller: Caller,
): Outcome<{ url: string; name: string | undefined }> {
  const address = parseRepositoryAddress(text, allowedSchemes)
  switch (address.kind) {
    case 'refused':
      return refuseFields([{ path: 'url', message: address.message }])
    case 'remote':
      return done({ url: address.url, name: address.name })
    case 'path':
      if (!loopback)
        return refuse(
          'local_path_forbidden',
          'this server listens beyond its machine: it takes no local path',
        )
      if (!grants(caller.scopes, 'admin'))
        return refuse('local_path_forbidden', 'a local path needs a token with the scope admin')
      return done({ url: address.path, name: address.name })
  }
}

/** The repository once it is settled, gone, or the seconds are over. */
const settle = (
  { store, changes, stopping }: Context,
  id: RepositoryId,
  settled: (row: RepositoryRow) => boolean,
  seconds: number,
  gone: AbortSignal,
): Promise<RepositoryRow | undefined> =>
  holdUntilSettled({
    changes,
    row: { repository: id },
    load: () => lookUpRepository(store, id),
    settled: row => row === undefined || settled(row),
    seconds,
    signals: [gone, stopping],
  })
