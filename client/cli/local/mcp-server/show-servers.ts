import type { Details } from '../../../manager/operations/report.ts'
import type { ShownServer } from '../../../manager/operations/shown-server.ts'
import type { Io } from '../../io.ts'
import { type Column, table } from '../../render/table.ts'
import type { RenderContext } from '../../words/words.ts'
import type { Flags } from '../local-act.ts'
import { manage } from './manage.ts'
import { numberIn } from './numbers.ts'

type Shown = ShownServer & { readonly score?: number; readonly status?: string }

export const listDiscovered = (io: Io, flags: Flags, context: RenderContext): Promise<number> =>
  manage(io, flags, {
    operation: 'list_discovered_servers',
    params: {},
    text: ({ details }) => serversText(details, context),
  })

export const discover = (
  io: Io,
  flags: Flags,
  context: RenderContext,
  words: readonly string[],
): Promise<number> =>
  manage(io, flags, {
    operation: 'discover_servers',
    params: {
      query: words.join(' '),
      tags: flags.tag ?? [],
      preset: flags.preset,
      limit: numberIn('--limit', flags.limit),
      min_score: numberIn('--min-score', flags.minScore),
      append: flags.anew !== true,
      dry_run: flags.dryRun === true,
    },
    text: ({ details }) => serversText(details, context),
  })

/** What the operation answers is its own: both list servers. */
function serversText(details: Details, context: RenderContext): string {
  const servers = details.servers as readonly Shown[]
  if (servers.length === 0) return 'none were found\n'
  const columns: Column<Shown>[] = [
    ...(servers.some(({ score }) => score !== undefined)
      ? [{ title: 'SCORE', cell: ({ score }: Shown) => String(score ?? '') }]
      : []),
    { title: 'NAME', cell: ({ name }) => name },
    { title: 'VERSION', cell: ({ version }) => version ?? '' },
    { title: 'FROM', cell: ({ from }) => from, flexible: true },
    {
      title: 'DESCRIPTION',
      cell: ({ description, transport, issues }) =>
        transport === undefined ? `(not here: ${issues.join('; ')}) ${description}` : description,
      flexible: true,
    },
  ]
  return table(servers, columns, context)
}
