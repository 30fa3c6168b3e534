import { z } from 'zod'
import { type Entry, entryFault, entrySchema } from './entry.ts'
import type { Options } from './options.ts'

const texts = z.record(z.string().max(200), z.string().max(4_000))

/** In few words nobody says what is a secret. */
const secretNames =
  /(?:^|[_-])(?:(?:api|access|private|secret|auth)[_-]?key|token|secret|password|passwd|credentials?)$|^(?:proxy-)?authorization$|^cookie$/i

/** A server in few words, beside the long form of catalogues (`server.json`). */
const shortSchema = z.strictObject({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  version: z.string().optional(),
  tags: z.array(z.string()).optional(),
  transport: z.enum(['stdio', 'http', 'streamable-http', 'sse']).optional(),
  command: z.string().optional(),
  args: z.array(z.string()).max(256).optional(),
  env: texts.optional(),
  url: z.string().optional(),
  headers: texts.optional(),
})

export type Given =
  | { readonly ok: true; readonly entry: Entry; readonly options: Options }
  | { readonly ok: false; readonly reason: string }

/** The server that somebody describes where they install it, or in a catalogue; what it is told comes as options. */
export function givenEntry(given: unknown): Given {
  const isShort = typeof given === 'object' && given !== null && ('command' in given || 'url' in given)
  return isShort ? ofShort(given) : parsed(given, {})
}

function ofShort(given: object): Given {
  const short = shortSchema.safeParse(given)
  if (!short.success) return { ok: false, reason: entryFault(short.error) }
  const { transport, command, args, env = {}, url, headers = {}, ...rest } = short.data
  const isRemote = url !== undefined
  if (isRemote === (command !== undefined)) return { ok: false, reason: 'give either command or url' }
  const strangers = isRemote ? { args, env: short.data.env } : { headers: short.data.headers }
  for (const [key, value] of Object.entries(strangers))
    if (value !== undefined)
      return { ok: false, reason: `${key} belongs to ${isRemote ? 'command' : 'url'}, which is not given` }
  if (transport !== undefined && (transport === 'stdio') === isRemote)
    return { ok: false, reason: `transport "${transport}" does not go with ${isRemote ? 'url' : 'command'}` }
  const inputs = (table: Readonly<Record<string, string>>) =>
    Object.keys(table).map(name => ({ name, isSecret: secretNames.test(name) }))
  if (isRemote) {
    const remote = { type: transport === 'sse' ? 'sse' : 'streamable-http', url, headers: inputs(headers) }
    return parsed({ ...rest, remotes: [remote] }, headers)
  }
  return parsed({ ...rest, program: { command, args, environmentVariables: inputs(env) } }, env)
}

function parsed(given: unknown, options: Options): Given {
  const entry = entrySchema.safeParse(given)
  if (!entry.success) return { ok: false, reason: entryFault(entry.error) }
  const { packages, remotes, program } = entry.data
  if (packages.length + remotes.length === 0 && program === undefined)
    return { ok: false, reason: 'it names no package, address or program' }
  return { ok: true, entry: entry.data, options }
}
