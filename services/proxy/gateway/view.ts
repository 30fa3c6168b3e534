import type { McpSettings } from '../../../config/mcp/schema.ts'
import {
  type Catalogue,
  catalogueOf,
  type ExposedPrompt,
  type ExposedTool,
  toolWith,
} from './catalogue/catalogue.ts'
import type { Offers } from './catalogue/offer.ts'
import type { Declared } from './declared.ts'

/** Everything behind the gateway, or one server alone. */
export type Endpoint = { readonly kind: 'all' } | { readonly kind: 'server'; readonly server: string }

/** What there is behind each endpoint, made when it is asked for and anew after each change. */
export class Views {
  readonly #declared: Declared
  #settings: McpSettings
  #made = new Map<string, Catalogue>()
  #offers: Offers | undefined

  constructor(settings: McpSettings, declared: Declared) {
    this.#settings = settings
    this.#declared = declared
  }

  get settings(): McpSettings {
    return this.#settings
  }

  changed(settings = this.#settings): void {
    this.#settings = settings
    this.#made = new Map()
    this.#offers = undefined
  }

  /** What of each server is shown. */
  get offers(): Offers {
    this.#offers ??= this.#declared.shown()
    return this.#offers
  }

  catalogue(endpoint: Endpoint): Catalogue {
    const key = endpoint.kind === 'all' ? '' : endpoint.server
    const made = this.#made.get(key)
    if (made !== undefined) return made
    const alone = endpoint.kind === 'all' ? {} : { alone: endpoint.server }
    const catalogue = catalogueOf(this.#settings, this.offers, alone)
    this.#made.set(key, catalogue)
    return catalogue
  }

  /** The servers of an endpoint that are to be had, in the order in which they are declared. */
  servers(endpoint: Endpoint): string[] {
    return Object.entries(this.#settings.servers).flatMap(([name, { enabled }]) =>
      enabled && (endpoint.kind === 'all' || endpoint.server === name) ? [name] : [],
    )
  }
}

/** Those of an endpoint that somebody may use and whose servers answer; of composite tools, the operations of which that is so. */
export const visibleTools = (
  { tools }: Catalogue,
  isThere: (server: string) => boolean,
  offers: Offers,
): ExposedTool[] => [...tools.values()].flatMap(tool => toolWith(tool, isThere, offers) ?? [])

export function visiblePrompts(
  { prompts }: Catalogue,
  isThere: (server: string) => boolean,
): ExposedPrompt[] {
  return [...prompts.values()].filter(({ server }) => isThere(server))
}
