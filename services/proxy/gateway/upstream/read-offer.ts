import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js'
import { z } from 'zod'
import { type Offer, promptSchema, toolSchema } from '../catalogue/offer.ts'
import { type Listed, listMethods, pagesOf } from '../pages.ts'

const anything = z.looseObject({})

/** All that a server offers now. What is no tool and no prompt, or longer than one can be, is left out. */
export async function readOffer(client: Client, options: RequestOptions): Promise<Offer> {
  const { tools, prompts, resources, completions } = client.getServerCapabilities() ?? {}
  const all = (kind: Listed) =>
    pagesOf(kind, params => client.request({ method: listMethods[kind], params }, anything, options))
  return {
    tools: tools === undefined ? [] : valid(toolSchema, await all('tools')),
    prompts: prompts === undefined ? [] : valid(promptSchema, await all('prompts')),
    resources: resources !== undefined,
    completions: completions !== undefined,
  }
}

function valid<Item extends { name: string }>(schema: z.ZodType<Item>, items: readonly unknown[]): Item[] {
  const seen = new Set<string>()
  return items.flatMap(item => {
    const parsed = schema.safeParse(item)
    if (!parsed.success || seen.has(parsed.data.name)) return []
    seen.add(parsed.data.name)
    return [parsed.data]
  })
}
