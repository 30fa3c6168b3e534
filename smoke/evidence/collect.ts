import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { removeTree } from '../../lib/remove-tree.ts'
import { logFiles } from '../diagnosis.ts'
import type { Places } from '../workspace/places.ts'

/** Where the evidence of every run is, below the checkout that the harness runs from. */
export const evidenceRoot = (root: string): string => join(root, '.artifacts', 'logs', 'e2e-smoke')

/** A directory for a run that begins now: sortable, and two in one second are two. */
export async function makeEvidence(root: string, now: Date, run: string): Promise<string> {
  const time = now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-')
  const directory = join(evidenceRoot(root), `${time}-${run}`)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  return directory
}

/** Copies what lies in the workspace alone: the logs of services and of PM2, and what the phases said, whole. */
export async function collect(places: Places, evidence: string): Promise<void> {
  const services = join(evidence, 'services')
  const files = logFiles(places)
  if (files.length > 0) await mkdir(services, { recursive: true, mode: 0o700 })
  for (const file of files) await copyFile(file, join(services, basename(file)))
  const logs = join(places.taskArtifacts, 'task', 'logs')
  const phases = join(evidence, 'phases')
  for (const run of await namesIn(logs))
    for (const name of await namesIn(join(logs, run)))
      if (name.endsWith('.log')) {
        await mkdir(phases, { recursive: true, mode: 0o700 })
        await copyFile(join(logs, run, name), join(phases, name))
      }
}

/** Everything below the evidence of one run, by its path in there. */
export async function evidenceFiles(evidence: string): Promise<string[]> {
  const entries = await readdir(evidence, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile() && entry.name !== 'report.html')
    .map(entry => relative(evidence, join(entry.parentPath, entry.name)))
    .sort()
}

/** Removes the evidence of the runs before the last so many. */
export async function pruneEvidence(root: string, keep: number): Promise<void> {
  const runs = (await namesIn(evidenceRoot(root))).sort()
  for (const run of runs.slice(0, Math.max(0, runs.length - keep)))
    await removeTree(join(evidenceRoot(root), run))
}

async function namesIn(directory: string): Promise<string[]> {
  return await readdir(directory).catch(() => [])
}
