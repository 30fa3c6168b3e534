import { readMcp } from '../../../../config/mcp/read.ts'
import { ConfigurationError } from '../../../../config/problem.ts'
import { visible } from '../../../../lib/visible.ts'
import { gatewayServers } from '../../../manager/gateway/servers.ts'
import { type Io, write } from '../../io.ts'
import { type Column, table } from '../../render/table.ts'
import type { RenderContext } from '../../words/words.ts'
import { requireClone } from '../clone-configuration.ts'

type Row = {
  readonly name: string
  /** Null where no gateway runs that could tell. */
  readonly state: string | null
  readonly tools: number | null
  readonly drift: number | null
  readonly left_out: number | null
  readonly reason: string | null
}

/** The servers behind the gateway of the clone that one stands in: as they are declared and, where it runs, how they stand. */
export async function listServers(
  io: Io,
  { json }: { readonly json?: true },
  context: RenderContext,
): Promise<void> {
  const root = await requireClone(io)
  const read = readMcp(root)
  const told = await gatewayServers(root, io.signal)
  const live = new Map(told?.servers.map(one => [one.name, one]))
  const declared = read.ok ? Object.entries(read.settings.servers) : []
  const names = new Set([...declared.map(([name]) => name), ...live.keys()])
  const rows = [...names].map((name): Row => {
    const one = live.get(name)
    const isOff = read.ok && read.settings.servers[name]?.enabled === false
    return {
      name,
      state: one?.state ?? (isOff ? 'disabled' : null),
      tools: one?.tools ?? null,
      drift: one?.drift.length ?? null,
      left_out: one?.left_out.length ?? null,
      reason: one?.reason ?? null,
    }
  })
  const count = (value: number | null) => (value === null ? '-' : String(value))
  const columns: Column<Row>[] = [
    { title: 'SERVER', cell: ({ name }) => visible(name) },
    { title: 'STATE', cell: ({ state }) => visible(state ?? '-') },
    { title: 'TOOLS', cell: ({ tools }) => count(tools) },
    { title: 'DRIFT', cell: ({ drift }) => count(drift) },
    { title: 'LEFT OUT', cell: ({ left_out: out }) => count(out) },
    { title: 'REASON', cell: ({ reason }) => visible(reason ?? ''), flexible: true },
  ]
  const text = json
    ? `${JSON.stringify({ running: told !== undefined, servers: rows })}\n`
    : rows.length === 0
      ? 'there are none\n'
      : table(rows, columns, context)
  await write(io.stdout, text, io.signal)
  if (told === undefined && !json)
    await write(io.stderr, 'no gateway runs here: this is what is declared\n', io.signal)
  if (!read.ok) throw new ConfigurationError(read.problems)
}
