import {
  CompleteRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import type { Extra } from './call.ts'
import { isAddressOffered } from './catalogue/address-offered.ts'
import { ownUri, renamed, withPublicUris } from './catalogue/addresses.ts'
import { isTable, type Table } from './catalogue/table.ts'
import type { Client, ClientDependencies } from './client.ts'
import { invalidParams } from './invalid-params.ts'
import { type Listed, listMethods, pagesOf } from './pages.ts'

/** The code that the protocol has for a resource that is not there. */
const resourceNotFound = -32_002

/** Answers what a client asks about resources, and about what an argument can be completed with. */
export function serveResources(client: Client, { declared, views }: ClientDependencies): void {
  const { server } = client
  const named = (of: string, item: Table) => (client.endpoint.kind === 'all' ? renamed(of, item) : item)

  const list = async (kind: Listed, extra: Extra): Promise<Table[]> => {
    await client.meet(extra)
    const having = client.servers.filter(
      one => declared.offers.get(one)?.resources === true && client.isThere(one),
    )
    const method = listMethods[kind]
    const lists = await client.askEach(having, extra, (of, soon) =>
      pagesOf(kind, params => client.ask({ server: of, method, params }, soon)),
    )
    return lists.flatMap(({ server: of, answer }) =>
      answer.flatMap(item => {
        if (!isTable(item)) return []
        const uri = item.uri ?? item.uriTemplate
        const settings = views.settings.servers[of]
        const isShown = typeof uri === 'string' && settings !== undefined && isAddressOffered(settings, uri)
        return isShown ? [named(of, item)] : []
      }),
    )
  }

  server.setRequestHandler(ListResourcesRequestSchema, async (_, extra) => ({
    resources: (await list('resources', extra)) as never[],
  }))
  server.setRequestHandler(ListResourceTemplatesRequestSchema, async (_, extra) => ({
    resourceTemplates: (await list('resourceTemplates', extra)) as never[],
  }))

  /** Whose an address is, and what that server calls it; throws where it is nobody's. */
  const owner = (uri: string) => {
    const { endpoint, servers } = client
    const found = endpoint.kind === 'all' ? ownUri(uri, servers) : { server: endpoint.server, uri }
    const settings = views.settings.servers[found?.server ?? '']
    if (found !== undefined && settings !== undefined && isAddressOffered(settings, found.uri)) return found
    throw new McpError(
      resourceNotFound,
      `there is no resource ${uri.slice(0, 200)}; resources/list tells them`,
    )
  }

  server.setRequestHandler(ReadResourceRequestSchema, async ({ params }, extra) => {
    const { server: of, uri } = owner(params.uri)
    return await client.orProtocolError(async () => {
      const answer = await client.ask({ server: of, method: 'resources/read', params: { uri } }, extra)
      return client.endpoint.kind === 'all' ? withPublicUris(of, answer) : answer
    })
  })

  server.setRequestHandler(CompleteRequestSchema, async ({ params }, extra) => {
    const { ref, argument, context } = params
    const asked = { argument, ...(context === undefined ? {} : { context }) }
    const target = (): { server: string; ref: Table } => {
      if (ref.type === 'ref/resource') {
        const { server: of, uri } = owner(ref.uri)
        return { server: of, ref: { type: ref.type, uri } }
      }
      const exposed = client.catalogue.prompts.get(ref.name)
      if (exposed === undefined || !client.servers.includes(exposed.server))
        throw invalidParams(`there is no prompt "${ref.name.slice(0, 100)}"; prompts/list tells the prompts`)
      return { server: exposed.server, ref: { type: ref.type, name: exposed.prompt } }
    }
    const { server: of, ref: own } = target()
    if (declared.offers.get(of)?.completions !== true) return { completion: { values: [] } }
    return await client.orProtocolError(
      async () =>
        (await client.ask(
          { server: of, method: 'completion/complete', params: { ...asked, ref: own } },
          extra,
        )) as never,
    )
  })
}
