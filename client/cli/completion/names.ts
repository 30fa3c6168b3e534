import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { readConfigFile } from '../../../config/client/config-file.ts'
import { configLocation } from '../../../config/client/config-location.ts'
import { connectionSettings } from '../../../config/client/connection.ts'
import { type ConnectionFlags, loadSettings } from '../../../config/client/load.ts'
import { writeAtomically } from '../../../lib/atomic-file.ts'
import type { Candidate } from '../../../lib/completion/completion.ts'
import { type Client, createClient } from '../../sdk/client.ts'
import type { Io } from '../io.ts'
import { commandText } from '../render/command-text.ts'
import type { Typed } from './completions-at.ts'
import type { NamedKind } from './known-values.ts'

/** How long the server may take: nobody waits longer for a TAB. In milliseconds. */
const patience = 1_500
/** How long an answer is good for: a TAB is pressed several times in a row. In milliseconds. */
const freshness = 5_000

const cached = z.object({
  at: z.number(),
  candidates: z.array(z.object({ text: z.string(), describe: z.string().exactOptional() })),
})

/** The names that there are, newest first. Rejects where they cannot be had in time. */
export async function namesOf(io: Io, named: NamedKind, typed: Typed): Promise<readonly Candidate[]> {
  if (named === 'profiles') return await profiles(io)
  if (named === 'discovered MCP servers' || named === 'installed MCP servers')
    return await (await import('./mcp-servers.ts')).mcpServers(io, named)
  const loaded = await loadSettings(io, connectionFlags(typed))
  const settings = await connectionSettings(loaded)
  const session = sessionOf(named, typed)
  const key = JSON.stringify([settings.baseUrl, settings.token, loaded.signIn?.place.name, named, session])
  const file = join(cacheDirectory(io), `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`)
  const known = await readCached(file, io.now())
  if (known !== undefined) return known
  const late = AbortSignal.timeout(patience)
  await using client = createClient({ ...settings, signal: AbortSignal.any([io.signal, late]) })
  const candidates = await ask[named](client, session)
  await writeAtomically(file, JSON.stringify({ at: io.now(), candidates })).catch(() => undefined)
  return candidates
}

/** The session that was typed before; the latest where none was. */
const sessionOf = (named: NamedKind, { places }: Typed): string =>
  places.get('session') ?? (named === 'artifact paths' ? places.get('artifact') : undefined) ?? '@last'

const ask: Record<
  Exclude<NamedKind, 'profiles' | `${string} MCP servers`>,
  (client: Client, session: string) => Promise<readonly Candidate[]>
> = {
  'artifact paths': async ({ artifacts }, session) =>
    itemsOf(await artifacts.list({ session })).map(({ id, path }) => ({ text: path, describe: id })),
  artifacts: async ({ artifacts }, session) =>
    itemsOf(await artifacts.list({ session })).map(({ id, path }) => ({ text: id, describe: path })),
  commands: async ({ commands }, session) =>
    itemsOf(await commands.list({ session }))
      .map(({ id, status, command }) => ({ text: id, describe: `${status}: ${commandText(command)}` }))
      .reverse(),
  'debug sessions': async ({ debug }, session) =>
    itemsOf(await debug.list({ session })).map(({ id, status }) => ({ text: id, describe: status })),
  environments: async ({ environments }) =>
    itemsOf(await environments.list()).map(({ id, manager, status }) => ({
      text: id,
      describe: `${manager} ${status}`,
    })),
  repositories: async ({ repositories }) =>
    itemsOf(await repositories.list()).map(({ name, url }) => ({ text: name, describe: url })),
  sessions: async ({ sessions }) => [
    { text: '@last', describe: 'your latest session' },
    ...itemsOf(await sessions.list()).map(({ id, status, repository }) => ({
      text: id,
      describe: `${status}: ${repository}`,
    })),
  ],
  'sign-ins': async ({ sign_ins: signIns }) =>
    itemsOf(await signIns.list()).map(({ id, user, address }) => ({
      text: id,
      describe: `${user} from ${address ?? 'somewhere'}`,
    })),
  tokens: async ({ tokens }) =>
    itemsOf(await tokens.list()).map(({ id, name, user }) => ({ text: id, describe: `${name} of ${user}` })),
  users: async ({ users }) =>
    itemsOf(await users.list()).map(({ name, role }) => ({ text: name, describe: role })),
}

/** The first page of a list that is told in pages; there are too many to choose from beyond it. */
const itemsOf = <Item>(answer: readonly Item[] | { readonly items: readonly Item[] }): Item[] =>
  'items' in answer ? [...answer.items] : [...answer]

async function profiles({ environment, platform }: Io): Promise<Candidate[]> {
  const location = configLocation(environment, platform)
  const file = 'path' in location ? await readConfigFile(location.path) : undefined
  return Object.entries(file?.profiles ?? {}).map(([name, { base_url }]) =>
    base_url === undefined ? { text: name } : { text: name, describe: base_url },
  )
}

function connectionFlags({ flags }: Typed): ConnectionFlags {
  const text = (name: string, key: keyof ConnectionFlags) => {
    const value = flags.get(name)
    return typeof value === 'string' ? { [key]: value } : {}
  }
  return {
    ...text('--base-url', 'baseUrl'),
    ...text('--token', 'token'),
    ...text('--ca', 'ca'),
    ...text('--profile', 'profile'),
    ...(flags.has('--insecure') ? { insecure: true } : {}),
    ...(flags.has('--verify') ? { verify: true } : {}),
  }
}

/** As the XDG specification has it, for what may be lost. */
function cacheDirectory({ environment }: Io): string {
  const { XDG_CACHE_HOME: xdg, HOME: home = homedir() } = environment
  return join(xdg && isAbsolute(xdg) ? xdg : join(home, '.cache'), 'debug-server', 'completions')
}

async function readCached(file: string, now: number): Promise<readonly Candidate[] | undefined> {
  try {
    const { at, candidates } = cached.parse(JSON.parse(await readFile(file, 'utf8')))
    return Math.abs(now - at) < freshness ? candidates : undefined
  } catch {
    return undefined
  }
}
