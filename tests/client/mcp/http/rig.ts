import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { serveHttp } from '../../../../client/mcp/http/serve-http.ts'
import type { ClientPlace } from '../../../../config/client/load.ts'

export type HttpMcp = {
  readonly url: string
  /** Empty where it was kept in a file, and so not told. */
  readonly bearer: string
  /** The mistakes that it has told of. */
  readonly reports: readonly unknown[]
  readonly end: () => Promise<void>
}

/** The server in this process, with its address and its bearer. */
export async function startHttp(
  place: ClientPlace,
  { port = 0, bearerFile }: { readonly bearerFile?: string; readonly port?: number } = {},
): Promise<HttpMcp> {
  const ending = new AbortController()
  const said = new Map<string, string>()
  const listening = Promise.withResolvers<void>()
  const reports: unknown[] = []
  const serving = serveHttp({
    ...{ place, flags: {}, port, bearerFile, signal: ending.signal },
    log: text => {
      const [, what = '', value = ''] = /^(listening on|bearer:) (\S+)$/.exec(text) ?? []
      said.set(what, value)
      listening.resolve()
    },
    report: error => void reports.push(error),
  })
  await Promise.race([listening.promise, serving])
  // The bearer is told in the same breath.
  await new Promise(resolve => setImmediate(resolve))
  return {
    url: said.get('listening on') ?? '',
    bearer: said.get('bearer:') ?? '',
    reports,
    end: async () => {
      ending.abort()
      await serving
    },
  }
}

/** The official client, which has learned what each tool answers with. */
export async function connected({ url, bearer }: Pick<HttpMcp, 'url' | 'bearer'>) {
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: `Bearer ${bearer}` } },
  })
  const client = new Client({ name: 'test', version: '1.0.0' })
  // Its optional members are declared without `undefined`, which the interface wants: none to the compiler.
  await client.connect(transport as Transport)
  await client.listTools()
  return { client, transport }
}
