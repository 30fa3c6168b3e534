import { foldedName, publicName } from '../../../../config/mcp/names.ts'
import type { CompositeSettings, McpSettings, ServerSettings } from '../../../../config/mcp/schema.ts'
import { compositeDefinition } from './composite.ts'
import type { Offers, Prompt, Tool } from './offer.ts'
import { tidyOutputSchema, tidySchema } from './tidy-schema.ts'
import { matchesAny } from './wildcard.ts'

/** What is behind a name that clients see. */
export type ToolTarget =
  | { readonly kind: 'tool'; readonly server: string; readonly tool: string }
  | { readonly kind: 'composite'; readonly composite: CompositeSettings }

export type ExposedTool = {
  readonly definition: Tool
  readonly target: ToolTarget
  /** Those that it needs. */
  readonly servers: readonly string[]
}

export type ExposedPrompt = { readonly definition: Prompt; readonly server: string; readonly prompt: string }

/** A tool or prompt that would have taken the place of another, and so is not shown. */
export type Shadowing = {
  readonly name: string
  readonly server: string
  /** Whose the name is. */
  readonly of: string
}

/** All that there is behind the gateway, by the names that clients see. */
export type Catalogue = {
  readonly tools: ReadonlyMap<string, ExposedTool>
  readonly prompts: ReadonlyMap<string, ExposedPrompt>
  readonly shadowing: readonly Shadowing[]
}

type CatalogueOptions = {
  /** For one server alone, where names need none in front. */
  readonly alone?: string
}

/**
 * What clients are shown, out of what is configured and what servers offer; a pure function of both. What the configuration
 * names comes first. Of made names, those that begin with `SERVER_` are that server's alone, of servers `a` and `a_b` the
 * longer one's: so nothing that a server says, and no order in which servers are met, takes a name away from another.
 */
export function catalogueOf(
  settings: McpSettings,
  offers: Offers,
  { alone }: CatalogueOptions = {},
): Catalogue {
  const tools = new Names<ExposedTool>()
  const prompts = new Names<ExposedPrompt>()
  const hidden = alone === undefined ? insideOnly(settings) : new Set<string>()
  if (alone === undefined)
    for (const [name, composite] of Object.entries(settings.composites))
      tools.add(name, 'composites', {
        definition: compositeDefinition(name, composite, offers),
        target: { kind: 'composite', composite },
        servers: [...new Set(Object.values(composite.operations).map(({ server }) => server))],
      })
  const servers = Object.entries(settings.servers).filter(
    ([name, { enabled }]) => enabled && (alone === undefined || alone === name),
  )
  const nameOf = (server: string, name: string) => (alone === undefined ? publicName(server, name) : name)
  /** Another server whose names begin as this one does. */
  const claims = servers.map(([server]) => ({ server, prefix: foldedName(`${server}_`) }))
  const claimantOf = (of: string, name: string) => {
    const folded = foldedName(name)
    return claims.find(({ server, prefix }) => server.length > of.length && folded.startsWith(prefix))?.server
  }
  /** Names that a person gave to tools, of servers too that nobody has met. */
  const given = new Map(
    servers.flatMap(([server, { tools }]) =>
      Object.values(tools).flatMap(one =>
        one.name === undefined || one.hidden ? [] : [[foldedName(one.name), server] as const],
      ),
    ),
  )
  const offered = servers.flatMap(([server, each]) => {
    const offer = offers.get(server)
    return offer === undefined ? [] : [{ server, settings: each, offer }]
  })
  const found = offered.flatMap(({ server, settings, offer }) =>
    offer.tools.flatMap(tool =>
      isOffered(settings, tool.name) &&
      settings.tools[tool.name]?.hidden !== true &&
      !hidden.has(`${server}/${tool.name}`)
        ? [{ server, tool, override: settings.tools[tool.name] }]
        : [],
    ),
  )
  // Names that a person gave before names that are made.
  for (const isNamed of [true, false])
    for (const { server, tool, override } of found)
      if ((override?.name !== undefined) === isNamed) {
        const name = override?.name ?? nameOf(server, tool.name)
        const exposed: ExposedTool = {
          definition: overridden(tool, name, override),
          target: { kind: 'tool', server, tool: tool.name },
          servers: [server],
        }
        tools.add(
          name,
          server,
          exposed,
          isNamed ? undefined : (given.get(foldedName(name)) ?? claimantOf(server, name)),
        )
      }
  for (const { server, settings, offer } of offered)
    for (const prompt of offer.prompts)
      if (isOffered(settings, prompt.name)) {
        const name = nameOf(server, prompt.name)
        const exposed: ExposedPrompt = { definition: { ...prompt, name }, server, prompt: prompt.name }
        prompts.add(name, server, exposed, claimantOf(server, name))
      }
  return {
    tools: tools.all,
    prompts: prompts.all,
    shadowing: [...tools.shadowing, ...prompts.shadowing],
  }
}

/** A tool as it is with the servers that there are; undefined where it needs others. */
export function toolWith(
  tool: ExposedTool,
  isThere: (server: string) => boolean,
  offers: Offers,
): ExposedTool | undefined {
  const { target, definition } = tool
  const servers = tool.servers.filter(isThere)
  if (servers.length === tool.servers.length) return tool
  if (servers.length === 0 || target.kind !== 'composite') return undefined
  const operations = Object.entries(target.composite.operations).filter(([, { server }]) => isThere(server))
  const composite = { ...target.composite, operations: Object.fromEntries(operations) }
  return {
    definition: compositeDefinition(definition.name, composite, offers),
    target: { kind: 'composite', composite },
    servers,
  }
}

/** Whether a server's tool, prompt or resource is to be had at all. */
export const isOffered = ({ allow, block }: Pick<ServerSettings, 'allow' | 'block'>, name: string): boolean =>
  matchesAny(allow, name) && !matchesAny(block, name)

/** Tools that composites stand for, as `SERVER/TOOL`. */
const insideOnly = ({ composites }: McpSettings): ReadonlySet<string> =>
  new Set(
    Object.values(composites).flatMap(({ hide_tools: isHiding, operations }) =>
      isHiding ? Object.values(operations).map(({ server, tool }) => `${server}/${tool}`) : [],
    ),
  )

function overridden(tool: Tool, name: string, override: ServerSettings['tools'][string] | undefined): Tool {
  const { outputSchema, inputSchema, ...rest } = tool
  const { title, description, input_schema: input, output_schema: output } = override ?? {}
  const tidied = tidyOutputSchema(output ?? outputSchema)
  return {
    ...rest,
    name,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    inputSchema: { ...tidySchema(input ?? inputSchema), type: 'object' },
    ...(tidied === undefined ? {} : { outputSchema: tidied }),
  }
}

/** Names of one kind, each of which belongs to who came first. */
class Names<Exposed> {
  readonly all = new Map<string, Exposed>()
  readonly shadowing: Shadowing[] = []
  readonly #owners = new Map<string, string>()

  /** `claimant`: who may have the name, where that is not its owner. */
  add(name: string, owner: string, exposed: Exposed, claimant?: string): void {
    const folded = foldedName(name)
    const of = this.#owners.get(folded) ?? claimant
    if (of !== undefined) {
      this.shadowing.push({ name, server: owner, of })
      return
    }
    this.#owners.set(folded, owner)
    this.all.set(name, exposed)
  }
}
