import { standsIn } from '../../../config/client/clone.ts'
import { type Configuration, readConfiguration } from '../../../config/configuration.ts'
import type { ShownMcpKey } from '../../../config/mcp/show.ts'
import { placeText } from '../../../config/place.ts'
import { type DocumentName, documentNames } from '../../../config/schema.ts'
import { shownDocument, shownKeys } from '../../../config/show.ts'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { type Column, table } from '../render/table.ts'
import type { RenderContext } from '../words/words.ts'

/** The configuration of the clone that one stands in: what its services and its bootstrap are told. */
export const cloneConfiguration = async (io: Io): Promise<Configuration | undefined> =>
  (await standsIn(io.root, io.directory)) ? readConfiguration(io.root, io.environment) : undefined

/** The clone's directory; an error outside of it. */
export async function requireClone(io: Io): Promise<string> {
  if (await standsIn(io.root, io.directory)) return io.root
  throw new CliError(
    'no_clone',
    exitCodes.failure,
    'this is not in the clone of Debug Server that this program belongs to',
    {
      fix: `go there: cd ${io.root}`,
    },
  )
}

/** What stands in place of the clone's part, elsewhere. */
export const elsewhere = `${documentNames.join(', ')}, mcp: shown in the clone of Debug Server that they belong to\n`

/** A table for each document, and one for the MCP servers, whose keys are undefined where something is wrong there. */
export function configurationText(
  configuration: Configuration,
  servers: readonly ShownMcpKey[] | undefined,
  { origin }: { readonly origin: boolean },
  context: RenderContext,
): string {
  const shown = shownKeys(configuration)
  const columns: Column<ShownMcpKey>[] = [
    { title: 'SETTING', cell: ({ key }) => key },
    { title: 'VALUE', cell: ({ text }) => text, flexible: true },
    ...(origin
      ? [{ title: 'FROM', cell: ({ place }: ShownMcpKey) => placeText(place), flexible: true }]
      : []),
  ]
  const text = (document: DocumentName) =>
    `${document}\n${table(
      shown.filter(one => one.document === document),
      columns,
      context,
    )}`
  const mcp =
    servers === undefined ? 'not shown: something is wrong there\n' : table(servers, columns, context)
  return [...documentNames.map(text), `mcp\n${mcp}`].join('\n')
}

/** As data, by document; null for each outside a clone. */
export function configurationJson(configuration: Configuration | undefined): Record<DocumentName, unknown> {
  const shown = configuration === undefined ? undefined : shownKeys(configuration)
  const of = (document: DocumentName) => (shown === undefined ? null : shownDocument(shown, document))
  return { bootstrap: of('bootstrap'), server: of('server'), smoke: of('smoke') }
}
