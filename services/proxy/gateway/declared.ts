import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { McpSettings, ServerSettings } from '../../../config/mcp/schema.ts'
import { writeAtomically } from '../../../lib/atomic-file.ts'
import { type Compared, compared, type Drift, driftBetween } from './catalogue/drift.ts'
import { type LeftOut, type Offer, offerSchema } from './catalogue/offer.ts'

/** What stands in the file of one server. */
const recordSchema = z.strictObject({
  /** Of what is started or reached: another program is another server. */
  launch: z.string(),
  offer: offerSchema,
})

/** `offer`: what stands for what the server offers now, where that is known. */
export type Comparison = { readonly offer?: string; readonly drift: readonly Compared[] }

/** `unknown`: nobody knows what it offers now. `another`: that is not what was looked at. */
export type Accepted =
  | { readonly outcome: 'accepted'; readonly drift: readonly Drift[] }
  | { readonly outcome: 'unknown' | 'another' }

/**
 * What servers are taken to offer: what each one did when it was met first, kept in a file for each. What one says later is
 * held against that. A server whose changes are followed offers what it says now.
 */
export class Declared {
  readonly #directory: string
  readonly #log: Logger
  readonly #offers = new Map<string, Offer>()
  readonly #live = new Map<string, Offer>()
  #settings: McpSettings

  constructor(settings: McpSettings, { directory, log }: { directory: string; log: Logger }) {
    this.#directory = directory
    this.#log = log
    this.#settings = settings
    this.#load()
  }

  get offers(): ReadonlyMap<string, Offer> {
    return this.#offers
  }

  reconfigure(settings: McpSettings): void {
    for (const [name, server] of Object.entries(this.#settings.servers)) {
      const next = settings.servers[name]
      if (next !== undefined && launchKey(next) === launchKey(server)) continue
      this.#offers.delete(name)
      this.#live.delete(name)
    }
    this.#settings = settings
    this.#load()
  }

  /** What a server that was started says. Whether that changes what clients are shown. */
  learn(name: string, live: Offer): boolean {
    const server = this.#settings.servers[name]
    if (server === undefined) return false
    const declared = this.#offers.get(name)
    const before = JSON.stringify(this.drift(name))
    this.#live.set(name, live)
    if (declared !== undefined && server.changes === 'pin') {
      const drift = this.drift(name)
      if (JSON.stringify(drift) === before) return false
      if (drift.length > 0)
        this.#log.warn({ server: name, drift }, 'a server offers something else than it did')
      return true
    }
    if (declared !== undefined && driftBetween(declared, live).length === 0) return false
    this.#offers.set(name, live)
    this.#keep(name, { launch: launchKey(server), offer: live }).catch(error =>
      this.#log.warn({ err: error, server: name }, 'what a server offers was not kept'),
    )
    return true
  }

  /** What a server offers now is what it is taken to offer from now on, where it is what somebody has looked at. */
  async accept(name: string, looked: string): Promise<Accepted> {
    const [server, live] = [this.#settings.servers[name], this.#live.get(name)]
    if (server === undefined || live === undefined) return { outcome: 'unknown' }
    if (markOf(live) !== looked) return { outcome: 'another' }
    const drift = this.drift(name)
    await this.#keep(name, { launch: launchKey(server), offer: live })
    const now = this.#settings.servers[name]
    // It was declared otherwise meanwhile: what was kept is another server's.
    if (now === undefined || launchKey(now) !== launchKey(server)) return { outcome: 'unknown' }
    this.#offers.set(name, live)
    this.#log.info({ server: name, drift }, 'what a server offers now was accepted')
    return { outcome: 'accepted', drift }
  }

  /** Stands for what a server offers now; undefined where nobody knows that. */
  mark(name: string): string | undefined {
    const live = this.#live.get(name)
    return live && markOf(live)
  }

  /** Whether a server has been started since this was, so that it is known what it offers now. */
  isSeen(name: string): boolean {
    return this.#live.has(name)
  }

  /** What of its lists is shown to nobody. */
  leftOut(name: string): readonly LeftOut[] {
    return (this.#live.get(name) ?? this.#offers.get(name))?.left_out ?? []
  }

  /** In what a server differs now, as far as it has been started. */
  drift(name: string): Drift[] {
    const [declared, live] = [this.#offers.get(name), this.#live.get(name)]
    return declared === undefined || live === undefined ? [] : driftBetween(declared, live)
  }

  /** The same, with the definitions on both sides: for who decides whether to accept it. */
  comparison(name: string): Comparison {
    const [declared, live] = [this.#offers.get(name), this.#live.get(name)]
    const offer = this.mark(name)
    return {
      ...(offer === undefined ? {} : { offer }),
      drift: declared === undefined || live === undefined ? [] : compared(declared, live),
    }
  }

  /** What is shown: nothing that a server does not have any more. */
  shown(): ReadonlyMap<string, Offer> {
    return new Map(
      [...this.#offers].map(([name, offer]) => {
        const missing = new Set(
          this.drift(name).flatMap(one => (one.kind === 'missing' ? [`${one.what} ${one.name}`] : [])),
        )
        if (missing.size === 0) return [name, offer]
        const tools = offer.tools.filter(one => !missing.has(`tool ${one.name}`))
        const prompts = offer.prompts.filter(one => !missing.has(`prompt ${one.name}`))
        return [name, { ...offer, tools, prompts }]
      }),
    )
  }

  #file(name: string): string {
    return join(this.#directory, `${name}.json`)
  }

  #load(): void {
    for (const [name, server] of Object.entries(this.#settings.servers)) {
      if (this.#offers.has(name)) continue
      const record = readRecord(this.#file(name))
      if (record?.launch === launchKey(server)) this.#offers.set(name, record.offer)
    }
  }

  #keep(name: string, record: z.output<typeof recordSchema>): Promise<void> {
    return writeAtomically(this.#file(name), `${JSON.stringify(record, null, 2)}\n`)
  }
}

/** Undefined where there is none, or none that can be read: the server is met anew then. */
function readRecord(path: string): z.output<typeof recordSchema> | undefined {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}

/** So long that no server finds two offers of its own with the same one. */
const markOf = (offer: Offer): string =>
  createHash('sha256').update(JSON.stringify(offer)).digest('hex').slice(0, 32)

const launchKey = ({ builtin, command, args, url, transport }: ServerSettings): string =>
  createHash('sha256').update(JSON.stringify({ builtin, command, args, url, transport })).digest('hex')
