import type { Module } from '../../../contract/debug-inspected.ts'
import { modulesBodySchema } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { able } from './able.ts'
import { paged } from './paged.ts'

/** All are asked for: an adapter may pass over what it is asked of a page. */
export async function modules(live: LiveDebugSession, { start, limit }: { start: number; limit: number }) {
  await live.whenLaunched()
  able(live, 'supportsModulesRequest', 'list of modules')
  const { modules: all } = await live.adapter.ask(
    'modules',
    { startModule: 0, moduleCount: 0 },
    modulesBodySchema,
  )
  const { items, ...page } = paged(all, start, limit)
  const told = items.map(
    ({ id, name, path, version, symbolStatus }): Module => ({
      id: String(id),
      name,
      path: path ?? null,
      version: version ?? null,
      symbols: symbolStatus ?? null,
    }),
  )
  return { modules: told, ...page }
}
