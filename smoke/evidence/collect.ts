import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { lstat, mkdir, readdir } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { openPlainFile } from '../../lib/plain-file.ts'
import { removeTree } from '../../lib/remove-tree.ts'
import type { SecretMask } from '../../lib/secret-mask.ts'
import { maskOf } from '../agents/masked.ts'
import { logFiles } from '../diagnosis.ts'
import type { Places } from '../workspace/places.ts'
import { fileNameOf } from './file-name.ts'
import type { Copy } from './kept-names.ts'

/** Where the evidence of every run is, below the checkout that the harness runs from. */
export const evidenceRoot = (root: string): string => join(root, '.artifacts', 'logs', 'e2e-smoke')

/** A directory for a run that begins now: sortable, and two in one second are two. */
export async function makeEvidence(root: string, now: Date, run: string): Promise<string> {
  const directory = join(evidenceRoot(root), `${timeIn(now)}-${run}`)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  // A repository with a smoke of its own need not know of it, and what is new in a checkout fails the run.
  const ignore = join(evidenceRoot(root), '.gitignore')
  if (!existsSync(ignore)) await writeAtomically(ignore, '*\n')
  return directory
}

const timeIn = (instant: Date): string =>
  instant
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-')

type Wanted = {
  readonly since: number
  readonly secrets: readonly string[]
  /** False where nobody knows what is secret in their logs; what the phases said was covered when they said it. */
  readonly services?: boolean
}

/**
 * Copies what lies in the workspace alone: the logs of services and of PM2, and what the phases said, whole. What cannot be copied keeps
 * nothing else from it, and is named in `faults`.
 */
export async function collect(
  places: Places,
  evidence: string,
  { since, secrets, services = true }: Wanted,
): Promise<{ readonly faults: readonly string[]; readonly copies: readonly Copy[] }> {
  const mask = maskOf(secrets)
  const faults: string[] = []
  const copies: Copy[] = []
  const copy = async (from: string, to: string) => {
    try {
      await mkdir(dirname(to), { recursive: true, mode: 0o700 })
      await copyLog(from, to, mask)
      copies.push({ from, to })
    } catch (error) {
      faults.push(`${from}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const taken = new Set<string>()
  for (const file of services ? logFiles(places) : []) {
    // PM2 has a log of this name in two places.
    const name = taken.has(basename(file)) ? `${basename(dirname(file))}-${basename(file)}` : basename(file)
    taken.add(name)
    await copy(file, join(evidence, 'services', name))
  }
  const logs = join(places.taskArtifacts, 'task', 'logs')
  for (const run of await namesIn(logs))
    for (const name of await namesIn(join(logs, run)))
      if (name.endsWith('.log') && (await isSince(join(logs, run, name), since)))
        await copy(join(logs, run, name), join(evidence, 'phases', fileNameOf(name)))
  return { faults, copies }
}

/** A workspace that is used again has the logs of earlier runs, too. */
const isSince = async (path: string, since: number): Promise<boolean> =>
  ((await lstat(path).catch(() => undefined))?.mtimeMs ?? 0) >= since

/** What the clone has written may be a link or a pipe, which lead elsewhere or nowhere. */
async function copyLog(from: string, to: string, mask: SecretMask): Promise<void> {
  const file = await openPlainFile(from)
  if (file === undefined) throw new Error('it is no plain file')
  await pipeline(
    file.createReadStream(),
    chunks => masked(chunks, mask),
    createWriteStream(to, { mode: 0o600 }),
  )
}

/** A secret that two pieces share is put together before it is covered. */
async function* masked(
  chunks: AsyncIterable<Buffer>,
  mask: SecretMask,
  onCovered: () => void = () => {},
): AsyncGenerator<Buffer, void> {
  let rest = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk])
    const whole = bytes.length - (mask.isEmpty ? 0 : mask.unfinished(bytes))
    const before = Buffer.from(bytes)
    mask.cover(bytes)
    if (!bytes.equals(before)) onCovered()
    rest = bytes.subarray(whole)
    yield bytes.subarray(0, whole)
  }
  yield rest
}

/** Covers secrets in what was written before they were known. */
export async function coverKept(evidence: string, secrets: readonly string[]): Promise<void> {
  const mask = maskOf(secrets)
  if (mask.isEmpty) return
  for (const name of await evidenceFiles(evidence)) {
    const path = join(evidence, name)
    if (await holdsSecret(path, mask)) await writeAtomically(path, masked(createReadStream(path), mask))
  }
}

/** Piece by piece, for what a service has written may be more than the memory holds. */
async function holdsSecret(path: string, mask: SecretMask): Promise<boolean> {
  let holds = false
  const look = masked(createReadStream(path), mask, () => {
    holds = true
  })
  while (!holds && (await look.next()).done !== true);
  await look.return(undefined)
  return holds
}

/** Everything below the evidence of one run, by its path in there. */
export async function evidenceFiles(evidence: string): Promise<string[]> {
  const entries = await readdir(evidence, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile() && entry.name !== 'report.html')
    .map(entry => relative(evidence, join(entry.parentPath, entry.name)))
    .sort()
}

/** A run that has no summary by then was killed. */
const longestRunMs = 24 * 3_600_000

/** Removes the evidence of the runs before the last so many, but for those that may be at work, and nothing that is none. */
export async function pruneEvidence(root: string, keep: number, now: Date): Promise<void> {
  const runs = (await namesIn(evidenceRoot(root))).filter(isNameOfRun).sort()
  const killed = timeIn(new Date(now.getTime() - longestRunMs))
  for (const run of runs.slice(0, Math.max(0, runs.length - keep))) {
    const directory = join(evidenceRoot(root), run)
    if (run < killed || existsSync(join(directory, 'summary.json'))) await removeTree(directory)
  }
}

/** Beside the evidence of runs stands what has git ignore it. */
export const isNameOfRun = (name: string): boolean => /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-\w+$/.test(name)

async function namesIn(directory: string): Promise<string[]> {
  return await readdir(directory).catch(() => [])
}
