import { join } from 'node:path'
import { z } from 'zod'
import { readText } from '../../../config/read-text.ts'
import { UserError } from '../../../lib/user-error.ts'
import { entryFault, entrySchema } from '../descriptor/entry.ts'

/** Servers that have been found, and where: what can be installed by its name. */
export const discoveredName = '.artifacts/mcp/discovered.json'

/** More than anybody looks through; the search is for those. */
export const mostDiscovered = 2_000

const foundSchema = z.object({
  /** The address of a registry, or the path of a catalogue; one within this workspace from its top. */
  from: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('registry'), url: z.string() }),
    z.strictObject({ kind: z.literal('catalog'), path: z.string() }),
  ]),
  entry: entrySchema,
})
export type Found = z.output<typeof foundSchema>
export type From = Found['from']

const discoveredSchema = z.strictObject({ servers: z.array(foundSchema).max(mostDiscovered) })

/** By name, in the order of the file. None where there is no file; one that cannot be read is an error, never nothing. */
export function readDiscovered(root: string): {
  readonly found: readonly Found[]
  readonly text: string | undefined
} {
  const read = readText(join(root, discoveredName), largest)
  if (read.kind === 'absent') return { found: [], text: undefined }
  const fix = `remove it, and discover anew: it holds nothing else`
  if (read.kind === 'unreadable') throw new UserError(`${discoveredName}: ${read.reason}`, { fix })
  const parsed = discoveredSchema.safeParse(json(read.text))
  if (!parsed.success)
    throw new UserError(`${discoveredName} cannot be read: ${entryFault(parsed.error)}`, { fix })
  return { found: parsed.data.servers, text: read.text }
}

/** In bytes. */
const largest = 33_554_432

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** As it is kept. Throws a UserError for more than is read again. */
export function discoveredText(found: readonly Found[]): string {
  const text = `${JSON.stringify({ servers: found }, null, 2)}\n`
  if (Buffer.byteLength(text) <= largest) return text
  throw new UserError(
    `what is known of servers would be longer than ${largest} bytes, so nothing was changed`,
    {
      fix: 'begin anew: append = false (--anew)',
    },
  )
}
