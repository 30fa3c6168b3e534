import { type FileHandle, realpath } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import { toInstant } from '../../../lib/clock.ts'
import { type PathGlob, parsePathGlob } from '../../../lib/path-glob.ts'
import type { LeftOutReason } from '../../contract/artifact-resources.ts'
import { artifactId } from '../../contract/ids.ts'
import type { KeptFiles } from '../../store/artifacts.ts'
import { artifactGlobsOf } from '../../store/rows.ts'
import type { ArtifactRow, CommandRow } from '../../store/schema.ts'
import type { RunnerContext } from '../context.ts'
import { discardDirectory } from '../discard-directory.ts'
import { LeaseLostError } from '../leases/lease.ts'
import { findFiles } from './find-files.ts'
import { type Inspected, inspectFile } from './inspect-file.ts'
import { type KeptContent, keepContent } from './keep-content.ts'
import { openInside } from './open-inside.ts'

/** How long collecting may take, how many files may be looked at for it, and how many left out are told by name. */
const longestMs = 120_000
const mostEntries = 500_000
const mostTold = 50

/**
 * Keeps the files that a command was to leave behind. Called when nothing of it runs any more and its end is not told
 * yet: who learns of the end finds the artifacts. What an attempt that was cut short has kept is removed first, so it can
 * be repeated. Undefined where nothing was to be kept; rejects with the signal's reason when that aborts.
 */
export async function collectArtifacts(
  context: RunnerContext,
  row: CommandRow,
  signal: AbortSignal,
): Promise<KeptFiles | undefined> {
  const globs = artifactGlobsOf(row)?.flatMap(text => globOf(text))
  if (globs === undefined) return undefined
  const { files, lease } = context
  const { session_id, id } = row
  await discardDirectory(context, files.artifacts(session_id, id), id)
  const end = performance.now() + longestMs
  const inTime = () => !signal.aborted && performance.now() < end
  const top = await topOf(files.worktree(session_id))
  const found = await findFiles(top, globs, { mostEntries, inTime })
  const collecting = new Collecting(context, row, top, inTime)
  for (const path of found.paths) await collecting.keep(path)
  for (const glob of found.unmatched)
    collecting.leaveOut(glob, found.complete ? 'no_match' : inTime() ? 'too_many' : 'late')
  signal.throwIfAborted()
  lease.require()
  return collecting.kept()
}

const globOf = (text: string): PathGlob[] => {
  const parsed = parsePathGlob(text)
  return parsed.ok ? [parsed.glob] : []
}

/** As it is where a command has removed its own worktree. */
const topOf = (worktree: string): Promise<string> => realpath(worktree).catch(() => worktree)

class Collecting {
  readonly #context: RunnerContext
  readonly #row: CommandRow
  readonly #top: string
  readonly #inTime: () => boolean
  readonly #rows = new Map<string, ArtifactRow>()
  readonly #told: { path: string; reason: LeftOutReason }[] = []
  #leftOut = 0
  #bytes = 0

  constructor(context: RunnerContext, row: CommandRow, top: string, inTime: () => boolean) {
    this.#context = context
    this.#row = row
    this.#top = top
    this.#inTime = inTime
  }

  /** Its row, where it is kept, also where it was before. */
  async keep(path: string): Promise<ArtifactRow | undefined> {
    const before = this.#rows.get(path)
    if (before !== undefined) return before
    if (!this.#inTime()) return this.leaveOut(path, 'late')
    if (this.#rows.size >= this.#context.artifacts.maxFiles) return this.leaveOut(path, 'too_many')
    const opened = await openInside(this.#top, path)
    if (!opened.ok) return this.leaveOut(path, opened.reason)
    await using file = opened.file
    const stored = await this.#store(file, path)
    if (!stored.ok) return this.leaveOut(path, stored.reason)
    const { content, inspected } = stored
    const row: ArtifactRow = {
      id: artifactId.create(),
      session_id: this.#row.session_id,
      command_id: this.#row.id,
      path,
      bytes: content.bytes,
      sha256: content.sha256,
      media_type: inspected.mediaType,
      kind: inspected.kind,
      summary_json: null,
      created_at: toInstant(this.#context.clock.now()),
    }
    this.#bytes += content.bytes
    this.#rows.set(path, row)
    const summary = await this.#summary(inspected)
    row.summary_json = summary === null ? null : JSON.stringify(summary)
    return row
  }

  leaveOut(path: string, reason: LeftOutReason): undefined {
    this.#leftOut++
    if (this.#told.length < mostTold) this.#told.push({ path, reason })
    return undefined
  }

  kept(): KeptFiles {
    const collection = { collected: this.#rows.size, left_out: this.#leftOut, left_out_paths: this.#told }
    return { collection, artifacts: [...this.#rows.values()] }
  }

  /** A full disk leaves out a file; it must not keep the command from ending. */
  async #store(file: FileHandle, path: string): Promise<Stored> {
    const { files, lease, artifacts: limits, log } = this.#context
    const { session_id, id } = this.#row
    try {
      const content = await keepContent(file, files.artifacts(session_id, id), {
        most: limits.maxBytes - this.#bytes,
        inTime: this.#inTime,
        permit: () => lease.require(),
      })
      if (!content.ok) return content
      return { ok: true, content, inspected: await inspectFile(content.path, path, this.#inTime) }
    } catch (error) {
      if (error instanceof LeaseLostError) throw error
      log.warn({ err: error, command: id }, 'an artifact could not be stored')
      return { ok: false, reason: 'not_stored' }
    }
  }

  /** A core dump needs the executable that left it, to be read at all: that is kept as well. */
  async #summary({ junit, core }: Inspected): Promise<object | null> {
    if (core === null) return junit
    const { program, signal, executable } = core
    const inside = executable?.startsWith(this.#top + sep) ? relative(this.#top, executable) : undefined
    const kept = inside === undefined ? undefined : await this.keep(inside)
    return { program, signal, executable: kept?.id ?? null }
  }
}

type Stored =
  | { ok: true; content: KeptContent & { ok: true }; inspected: Inspected }
  | { ok: false; reason: LeftOutReason }
