import { visible } from '../../lib/visible.ts'
import type { Repository } from '../../services/contract/resources.ts'
import { CliError } from './cli-error.ts'
import { exitCodes } from './exit-codes.ts'
import { print } from './print.ts'
import { renderRepository } from './render/repository.ts'
import type { ActContext } from './words/words.ts'

/** Prints a repository; throws where its last fetch has failed. */
export async function reportFetch(context: ActContext, repository: Repository): Promise<number> {
  await print(context, repository, renderRepository)
  if (repository.status !== 'failed') return exitCodes.success
  throw new CliError(
    'repository_failed',
    exitCodes.failure,
    `repository ${repository.name} cannot be fetched: ${visible(repository.failure?.message ?? 'no reason is known')}`,
    {
      fix: `check the address, and that the server may read it; "debug-server repository fetch ${repository.name}" tries again`,
    },
  )
}
