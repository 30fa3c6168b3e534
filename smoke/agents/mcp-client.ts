import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ListToolsResultSchema } from '@modelcontextprotocol/sdk/types.js'

/** Where the gateway of a clone is, and who may use it. */
export type Gateway = { readonly url: string; readonly token: string; readonly signal: AbortSignal }

export type McpClient = AsyncDisposable & {
  readonly client: Client
  /** Every tool, whatever pages they come in. */
  tools(): Promise<{ readonly name: string }[]>
}

const pagesAtMost = 100

/** How long a gateway may take to say that the session is over; it is over then in any case. */
const farewellMs = 2_000

/** Whatever is asked of the gateway ends with its signal, though that never answers. */
export async function connectMcp({ url, token, signal }: Gateway): Promise<McpClient> {
  const client = new Client({ name: 'debug-server-smoke', version: '1' })
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  })
  await client.connect(transport, { signal })
  return {
    client,
    async tools() {
      const all: { readonly name: string }[] = []
      let cursor: string | undefined
      for (let page = 0; page < pagesAtMost; page++) {
        const params = cursor === undefined ? {} : { cursor }
        // The client's own way to ask compiles the schemas of all that the tools answer, which takes a quarter of a second.
        const listed = await client.request({ method: 'tools/list', params }, ListToolsResultSchema, {
          signal,
        })
        all.push(...listed.tools)
        cursor = listed.nextCursor
        if (cursor === undefined) return all
      }
      throw new Error(`the list of tools has more than ${pagesAtMost} pages`)
    },
    async [Symbol.asyncDispose]() {
      await Promise.race([
        transport.terminateSession().catch(() => {}),
        delay(farewellMs, undefined, { ref: false }),
      ])
      await client.close()
    },
  }
}
