import { localPath } from '../local-path.ts'
import { startProgress } from '../progress.ts'
import { reportFetch } from '../report-fetch.ts'
import { settle } from '../settle.ts'
import type { Act } from '../words/words.ts'

/** Registers a repository, a local directory by its absolute path, and waits until it has been fetched. */
export const act: Act<'repositories.add'> = async (input, context) => {
  const { client, io, json, extras } = context
  const url = await localPath(input.url, io.directory)
  const added = await client.repositories.add({ ...input, url })
  return await reportFetch(context, await untilFetched())

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
