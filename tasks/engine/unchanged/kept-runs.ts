import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeDirectory } from '../../../lib/make-directory.ts'
import { ownPlaces } from '../own-places.ts'
import { type KeptRun, packRun, unpackRun } from './unchanged-run.ts'

/** To be raised when something else is kept, or counts. */
const version = 1
/** How many are kept of one Taskfile. */
const most = 20

export interface RunConditions {
  readonly taskfile: string
  readonly words: readonly string[]
  /** Another text for another program. */
  readonly program: string
  readonly process: Pick<NodeJS.Process, 'version' | 'platform' | 'arch' | 'execArgv' | 'env'>
}

/** What has to be the same beside files and variables that tasks name. */
export function conditionsOf({ taskfile, words, program, process }: RunConditions): string {
  const { version: node, platform, arch, execArgv, env } = process
  return JSON.stringify([
    version,
    program,
    node,
    platform,
    arch,
    execArgv,
    env.NODE_OPTIONS ?? '',
    taskfile,
    words,
  ])
}

export function readKeptRun(conditions: Pick<RunConditions, 'taskfile' | 'words'>): KeptRun | undefined {
  try {
    return unpackRun(readFileSync(pathOf(conditions)))
  } catch {
    return undefined
  }
}

export function keepRun(conditions: Pick<RunConditions, 'taskfile' | 'words'>, kept: KeptRun): void {
  keepFile(pathOf(conditions), packRun(kept))
}

/** Whole or not at all; what cannot be written is found out anew each time. */
export function keepFile(path: string, content: Uint8Array | string): void {
  const draft = `${path}.${process.pid}`
  const directory = dirname(path)
  try {
    makeDirectory(directory)
    if (readdirSync(directory).length >= most) remove(directory)
    makeDirectory(directory)
    writeFileSync(draft, content, { mode: 0o600 })
    renameSync(draft, path)
  } catch {
    remove(draft)
  }
}

/** Something has changed: none of them holds any more, those included that cannot be removed. */
export function forgetRuns(taskfile: string): void {
  const { unchanged } = ownPlaces(dirname(taskfile))
  if (existsSync(unchanged)) remove(unchanged)
}

/** Where somebody else keeps runs here, root as it may be, that fails and is no failure of this run. */
export function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // They are compared with what they came from.
  }
}

/** By its words. Of two that have one name, the last is kept. */
function pathOf({ taskfile, words }: Pick<RunConditions, 'taskfile' | 'words'>): string {
  let hash = 0x811c9dc5 // FNV-1a, 32 bits
  for (const character of words.join('\0'))
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return join(ownPlaces(dirname(taskfile)).unchanged, (hash >>> 0).toString(16).padStart(8, '0'))
}
