import { visible } from '../../../lib/visible.ts'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { localPath } from '../local-path.ts'
import { print } from '../print.ts'
import { startProgress } from '../progress.ts'
import { renderRepository } from '../render/repository.ts'
import { settle } from '../settle.ts'
import type { Act } from '../words/words.ts'

/** Registers a repository, a local directory by its absolute path, and waits until it has been fetched. */
export const act: Act<'repositories.add'> = async (input, context) => {
  const { client, io, json, extras } = context
  const url = await localPath(input.url, io.directory)
  const added = await client.repositories.add({ ...input, url })
  const repository = await untilFetched()
  await print(context, repository, renderRepository)
  if (repository.status !== 'failed') return exitCodes.success
  throw new CliError(
    'repository_failed',
    exitCodes.failure,
    `repository ${repository.name} cannot be fetched: ${visible(repository.failure?.message ?? 'no reason is known')}`,
    { fix: 'check the address, and that the server may read it; adding it again tries again' },
  )

  async function untilFetched() {
    if (extras.has('no-wait')) return added
    if (added.status !== 'pending') return added
    using _ = startProgress(io, `fetching ${added.name}`, json)
    return await settle(
      added,
      ({ status }) => status !== 'pending',
      wait => client.repositories.get({ repository: added.name, wait }),
    )
  }
}
