import { readFileSync } from 'node:fs'
import { type Client, createClient } from '../../client/sdk/client.ts'
import type { SessionId } from '../../services/contract/ids.ts'
import { type Clone, makeClone } from '../end-to-end/clone.ts'

/** The services as `task up` starts them, in a clone of their own, which is also the repository `bench`. */
export type BenchServer = AsyncDisposable & {
  readonly clone: Clone
  readonly client: Client
  /** The API's address; without the proxy, whose share would be measured otherwise. */
  readonly url: string
  readonly token: string
  /** A session of that repository at its present commit. */
  session(): Promise<SessionId>
}

/** `settings`: variables of its configuration. */
export async function startBenchServer(settings: Record<string, string> = {}): Promise<BenchServer> {
  const ends: (() => Promise<void>)[] = []
  const end = async () => {
    for (const one of ends.toReversed()) await one()
  }
  try {
    const clone = makeClone({ teardown: end => ends.push(end) })
    const up = await clone.task(['up'], settings)
    if (up.code !== 0) throw new Error(up.stderr)
    const { api } = JSON.parse(readFileSync(clone.path('.artifacts/run/endpoints.json'), 'utf8'))
    const token = readFileSync(clone.path('.artifacts/secrets/admin-token'), 'utf8').trim()
    const client = createClient({ baseUrl: api.url, token })
    ends.push(async () => client[Symbol.asyncDispose]())
    await client.repositories.add({ url: clone.root, name: 'bench', wait: 30 })
    const session = async () => {
      const { id, status } = await client.sessions.create({ repository: 'bench', wait: 30 })
      if (status !== 'running') throw new Error(`the session is ${status}`)
      return id
    }
    return { clone, client, url: api.url, token, session, [Symbol.asyncDispose]: end }
  } catch (error) {
    await end()
    throw error
  }
}
