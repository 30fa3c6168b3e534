import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js'
import { z } from 'zod'
import { type LeftOut, type Offer, promptSchema, toolSchema } from '../catalogue/offer.ts'
import { listMethods, pagesOf } from '../pages.ts'

const anything = z.looseObject({})

/** All definitions of one kind together, in characters of JSON: more is no list that an agent could be given. */
const longestList = 4_194_304
/** So many of what is left out are told one by one. */
const mostTold = 100

/** All that a server offers now. What is no tool and no prompt, or longer than one can be, is left out, and told as that. */
export async function readOffer(client: Client, options: RequestOptions): Promise<Offer> {
  const { tools, prompts, resources, completions } = client.getServerCapabilities() ?? {}
  const leftOut: LeftOut[] = []
  const all = async <Item extends { name: string }>(what: LeftOut['what'], schema: z.ZodType<Item>) => {
    const kind = `${what}s` as const
    const method: string = listMethods[kind]
    const ask = (params: { readonly cursor?: string }) =>
      client.request({ method, params }, anything, options)
    const items = await pagesOf(kind, ask, most =>
      leftOut.push({ what, name: '', why: `it lists more than ${most}; those behind them` }),
    )
    return valid(what, schema, items, leftOut)
  }
  const offer = {
    tools: tools === undefined ? [] : await all('tool', toolSchema),
    prompts: prompts === undefined ? [] : await all('prompt', promptSchema),
    resources: resources !== undefined,
    completions: completions !== undefined,
  }
  return leftOut.length === 0 ? offer : { ...offer, left_out: leftOut.slice(0, mostTold) }
}

function valid<Item extends { name: string }>(
  what: LeftOut['what'],
  schema: z.ZodType<Item>,
  items: readonly unknown[],
  leftOut: LeftOut[],
): Item[] {
  const seen = new Set<string>()
  let characters = 0
  return items.flatMap(item => {
    const parsed = schema.safeParse(item)
    const refuse = (why: string) => {
      leftOut.push({ what, name: nameOf(item), why })
      return []
    }
    if (!parsed.success) return refuse(reasonOf(parsed.error))
    if (seen.has(parsed.data.name)) return refuse('there is one of this name already')
    characters += JSON.stringify(parsed.data).length
    if (characters > longestList)
      return refuse(`all before it have ${longestList} characters, all that they may`)
    seen.add(parsed.data.name)
    return [parsed.data]
  })
}

const nameOf = (item: unknown): string => {
  const named = z.looseObject({ name: z.string() }).safeParse(item)
  return named.success ? named.data.name.slice(0, 256) : ''
}

const reasonOf = ({ issues: [issue] }: z.ZodError): string => {
  const path = issue?.path.join('.') ?? ''
  return `${path === '' ? '' : `${path.slice(0, 100)}: `}${issue?.message ?? 'it is no definition'}`
}
