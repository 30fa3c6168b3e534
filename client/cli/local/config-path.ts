import { existsSync } from 'node:fs'
import { configLocation } from '../../../config/client/config-location.ts'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Io, write } from '../io.ts'
import { table } from '../render/table.ts'
import type { RenderContext } from '../words/words.ts'

type Row = { readonly of: string; readonly path: string; readonly exists: boolean }

/** The files that are read, in the order in which later ones override earlier ones. */
export async function showConfigPath(
  io: Io,
  { json }: { readonly json?: true },
  context: RenderContext,
): Promise<void> {
  const [{ cloneConfiguration }, { mcpFiles }] = await Promise.all([
    import('./clone-configuration.ts'),
    import('../../../config/mcp/read.ts'),
  ])
  const path = requireConfigPath(io)
  const configuration = await cloneConfiguration(io)
  const rows: Row[] = [
    { of: 'client', path, exists: existsSync(path) },
    ...(configuration?.files ?? []).map(({ documents, path, exists }) => ({
      of: documents.join(', '),
      path,
      exists,
    })),
    ...(configuration === undefined ? [] : mcpFiles(io.root)).map(path => ({
      of: 'mcp',
      path,
      exists: existsSync(path),
    })),
  ]
  const text = json
    ? `${JSON.stringify(rows, null, 2)}\n`
    : table(
        rows,
        [
          { title: 'OF', cell: ({ of }) => of },
          { title: 'EXISTS', cell: ({ exists }) => (exists ? 'yes' : 'no') },
          { title: 'FILE', cell: ({ path }) => path },
        ],
        context,
      )
  await write(io.stdout, text, io.signal)
}

/** Where the configuration lies; an error that says what to set where that cannot be told. */
export function requireConfigPath({ environment, platform }: Io): string {
  const location = configLocation(environment, platform)
  if ('path' in location) return location.path
  throw new CliError(
    'no_home',
    exitCodes.failure,
    `there is no place for the configuration: ${location.reason}`,
    { fix: 'set DEBUG_SERVER_HOME to a directory of yours' },
  )
}
