import { startProgress } from '../progress.ts'
import { reportFetch } from '../report-fetch.ts'
import { settle } from '../settle.ts'
import type { Act } from '../words/words.ts'

/** Has a repository fetched, and waits until it has been; one that cannot be fetched is a failure. */
export const act: Act<'repositories.fetch'> = async (input, context) => {
  const { client, io, json, extras } = context
  const asked = await client.repositories.fetch({ ...input, wait: 0 })
  return await reportFetch(context, extras.has('no-wait') ? asked : await untilFetched())

  async function untilFetched() {
    using _ = startProgress(io, `fetching ${asked.name}`, json)
    return await settle(
      asked,
      ({ status, fetch_requested }) => status !== 'pending' && !fetch_requested,
      wait => client.repositories.get({ repository: asked.name, wait }),
    )
  }
}
