import { GetPromptRequestSchema, ListPromptsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { didYouMean } from '../../../lib/suggest.ts'
import { withPublicUris } from './catalogue/addresses.ts'
import type { Client } from './client.ts'
import { invalidParams } from './invalid-params.ts'
import { visiblePrompts } from './view.ts'

/** Answers what a client asks about prompts. */
export function servePrompts(client: Client): void {
  const { server } = client
  const visible = () => visiblePrompts(client.catalogue, client.isThere)

  server.setRequestHandler(ListPromptsRequestSchema, async (_, extra) => {
    await client.meet(extra)
    return { prompts: visible().map(({ definition }) => definition) as never[] }
  })

  server.setRequestHandler(GetPromptRequestSchema, async ({ params }, extra) => {
    const { name, arguments: given = {} } = params
    if (!client.catalogue.prompts.has(name)) await client.meet(extra)
    const exposed = client.catalogue.prompts.get(name)
    if (exposed === undefined || !client.servers.includes(exposed.server))
      throw invalidParams(
        `there is no prompt "${name.slice(0, 100)}"; ${
          didYouMean(
            name,
            visible().map(one => one.definition.name),
          ) ?? 'prompts/list tells the prompts'
        }`,
      )
    const asked = { name: exposed.prompt, arguments: given }
    return await client.orProtocolError(async () => {
      const answer = await client.ask({ server: exposed.server, method: 'prompts/get', params: asked }, extra)
      return client.endpoint.kind === 'all' ? withPublicUris(exposed.server, answer) : answer
    })
  })
}
