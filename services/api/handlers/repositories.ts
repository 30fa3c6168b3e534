import { grants } from '../../contract/scopes.ts'
import { addRepository, findRepository, getRepository, listRepositories } from '../../store/repositories.ts'
import { toRepository } from '../../store/rows.ts'
import type { RepositoryRow } from '../../store/schema.ts'
import type { Caller } from '../access.ts'
import type { Context } from '../context.ts'
import { holdUntilSettled } from '../hold.ts'
import { done, type Outcome, refuse, refuseFields } from '../outcome.ts'
import { parseRepositoryAddress } from '../repository-address.ts'
import { noSuchRepository } from './find.ts'
import type { Handlers } from './handler.ts'
import { now } from './now.ts'

type Names = 'repositories.add' | 'repositories.list' | 'repositories.get'

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
    if (added.outcome === 'added') context.runner.wake()
    const repository = toRepository(await whilePending(context, added.repository, input.wait, call.gone))
    return added.outcome === 'added' ? done(repository) : { ok: true, value: repository, status: 200 }
  },

  'repositories.list': async () => done((await listRepositories(context.store)).map(toRepository)),

  'repositories.get': async (input, { gone }) => {
    const repository = await findRepository(context.store, input.repository)
    if (repository === undefined) return noSuchRepository(input.repository)
    return done(toRepository(await whilePending(context, repository, input.wait, gone)))
  },
})

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

const whilePending = (
  { store, changes, stopping }: Context,
  repository: RepositoryRow,
  seconds: number,
  gone: AbortSignal,
): Promise<RepositoryRow> =>
  holdUntilSettled({
    changes,
    row: { repository: repository.id },
    load: () => getRepository(store, repository.id),
    settled: row => row.status !== 'pending',
    seconds,
    signals: [gone, stopping],
  })
