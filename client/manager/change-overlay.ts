import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { maskedText } from '../../config/mcp/masked-text.ts'
import { overlayName, readMcp } from '../../config/mcp/read.ts'
import type { McpSettings } from '../../config/mcp/schema.ts'
import { parseToml } from '../../config/parse-toml.ts'
import { problemText } from '../../config/problem.ts'
import { mostSettings, readText } from '../../config/read-text.ts'
import { type Table, tablesText } from '../../config/tables-text.ts'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { errorCode } from '../../lib/error-code.ts'
import { acquireLock } from '../../lib/lock.ts'
import { unifiedDiff } from '../../lib/unified-diff.ts'
import { UserError } from '../../lib/user-error.ts'
import type { FileUpdate } from './envelope.ts'
import { joined, parted } from './overlay-block.ts'

const tables = z.record(z.string(), z.record(z.string(), z.unknown())).default({})
const overlaySchema = z.strictObject({ servers: tables, composites: tables })

/** What the manager has written: tables as in `config/mcp.toml`, by their names. They are judged when they are written. */
export type Overlay = {
  readonly servers: Readonly<Record<string, Table>>
  readonly composites: Readonly<Record<string, Table>>
}

export type ChangeOptions = {
  /** What the overlay becomes. Throws a UserError where it is to stay as it is. */
  readonly change: (before: Overlay) => Overlay | Promise<Overlay>
  /** Tells what would change, and writes nothing. */
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

export type Changed = {
  readonly overlay: Overlay
  readonly file: FileUpdate
  /** Of all files together, as they count with this change. */
  readonly settings: McpSettings
}

/** How long others may be at work on the file, in milliseconds. */
const patience = 30_000

/**
 * Changes which servers the manager has installed. One at a time, so that no change is lost; judged as a whole, with what people
 * have declared, before anything is written; whole or not at all. What stands in the file beside the manager's own block
 * stays as it is, byte for byte. A dry run takes no lock, and makes no file.
 */
export async function changeOverlay(root: string, options: ChangeOptions): Promise<Changed> {
  const { dryRun = false, signal } = options
  if (dryRun) return (await plan(root, options)).changed
  using _ = await lockOf(root, signal)
  await removeUnfinished(root)
  const { changed, before, after } = await plan(root, options)
  if (after !== undefined && before.text !== after) await replace(root, before, after)
  return changed
}

/** What the manager has installed, as it stands. */
export const readOverlay = (root: string): Overlay => overlayIn(present(root).text ?? '')

type Present = { readonly text: string | undefined; readonly path: string; readonly mode: number }

async function plan(root: string, { change, dryRun = false }: ChangeOptions) {
  const before = present(root)
  const text = before.text ?? ''
  const overlay = await change(overlayIn(text))
  const same = JSON.stringify(overlay) === JSON.stringify(overlayIn(text))
  const after = same ? text : joined(parted(text, overlayName), tablesText(overlay))
  if (!same && Buffer.byteLength(after) > mostSettings)
    throw new UserError(
      `${overlayName} would have ${Buffer.byteLength(after)} bytes; a configuration file has at most ${mostSettings}, so nothing was changed`,
    )
  const read = readMcp(root, { overlay: withoutMark(after) })
  if (!read.ok)
    throw new UserError(
      [
        'this would not be a valid configuration, so nothing was changed',
        ...read.problems.map(one => `  ${problemText(one)}`),
      ].join('\n'),
    )
  const isChanged = after !== text
  const diff = isChanged
    ? unifiedDiff(overlayName, before.text === undefined ? undefined : maskedText(text), maskedText(after))
    : ''
  const file = { path: overlayName, changed: isChanged, dry_run: dryRun, diff }
  return {
    before,
    after: isChanged ? after : before.text,
    changed: { overlay, file, settings: read.settings },
  }
}

function present(root: string): Present {
  const path = whereItLies(join(root, overlayName))
  const read = readText(path)
  if (read.kind === 'absent') return { text: undefined, path, mode: 0o600 }
  if (read.kind === 'unreadable')
    throw new UserError(`${overlayName}${read.line === undefined ? '' : `:${read.line}`}: ${read.reason}`)
  const text = readFileSync(path, 'utf8')
  if (withoutMark(text) !== read.text) throw meanwhile()
  return { text, path, mode: statSync(path).mode & 0o777 }
}

/** Some keep their files elsewhere, with a link at its place: the link stays. */
function whereItLies(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return path
    throw new UserError(`${overlayName} cannot be read (${errorCode(error)})`, { cause: error })
  }
}

/** A byte order mark is no part of the document. */
const withoutMark = (text: string): string => (text.startsWith('\ufeff') ? text.slice(1) : text)

function overlayIn(text: string): Overlay {
  const parsed = parseToml(parted(text, overlayName).inner)
  if (parsed.kind === 'fault')
    throw new UserError(
      `${overlayName}: what "debug-server mcp-server" wrote there was changed: ${parsed.text}`,
      {
        fix: 'correct it, or remove it with the marks around it',
      },
    )
  const overlay = overlaySchema.safeParse(parsed.values)
  if (overlay.success) return overlay.data
  throw new UserError(
    `${overlayName}: expected tables [servers.NAME] and [composites.NAME] alone between the marks`,
  )
}

/** Somebody who takes no lock, such as an editor, may have written it while this was planned. */
async function replace(root: string, before: Present, after: string): Promise<void> {
  if (present(root).text !== before.text) throw meanwhile()
  try {
    await writeAtomically(before.path, after, { mode: before.mode })
  } catch (error) {
    throw new UserError(`${overlayName} cannot be written (${errorCode(error) ?? String(error)})`, {
      cause: error,
    })
  }
}

const meanwhile = (): UserError =>
  new UserError(`${overlayName} was changed by somebody else meanwhile`, { fix: 'do it again' })

async function lockOf(root: string, signal: AbortSignal | undefined): Promise<Disposable> {
  const late = AbortSignal.timeout(patience)
  try {
    return await acquireLock(join(root, `${overlayName}.lock`), {
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
    })
  } catch (error) {
    signal?.throwIfAborted()
    if (late.aborted)
      throw new UserError(`another program has been changing ${overlayName} for ${patience / 1_000} s`, {
        fix: 'wait for it, and do it again',
      })
    throw new UserError(`${overlayName} cannot be locked (${errorCode(error) ?? String(error)})`, {
      cause: error,
    })
  }
}

/** Files that somebody was writing when they were killed. */
async function removeUnfinished(root: string): Promise<void> {
  const path = whereItLies(join(root, overlayName))
  const unfinished = new RegExp(`^\\.${basename(path).replaceAll('.', '\\.')}\\.[0-9a-f]{12}$`)
  const names = readdirSync(dirname(path)).filter(name => unfinished.test(name))
  await Promise.all(names.map(name => rm(join(dirname(path), name), { force: true })))
}
