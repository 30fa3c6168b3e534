import { statSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { errorCode } from '../../lib/error-code.ts'
import { makeDirectory } from '../../lib/make-directory.ts'
import type { Output as OwnOutput } from '../../lib/outputs.ts'
import { UserError } from '../../lib/user-error.ts'
import { ownPlaces } from '../engine/own-places.ts'
import type { ReporterChoice } from '../engine/reporter-choice.ts'
import { defaultScreen } from './default-screen.ts'
import { LogFiles } from './log-files.ts'
import type { PieceRenderer } from './renderer.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'
import { streamReporter } from './stream-reporter.ts'
import { createStyle, type Style } from './style.ts'

/** What the command line says of reports. */
export interface Reports {
  readonly reporters: readonly ReporterChoice[]
  /** The file of the trace. */
  readonly trace: string | undefined
  readonly summary: boolean
}

export interface Surroundings {
  readonly reports: Reports
  /** The directory of the Taskfile. */
  readonly root: string
  /** The name of the run. */
  readonly run: string
  readonly style: Style
  readonly commandFor: (name: string) => string
  readonly stdout: OwnOutput
  readonly stderr: OwnOutput
  readonly process: Pick<NodeJS.Process, 'env' | 'cwd'>
  readonly now: () => number
  /** No log files: the run is to leave no trace. */
  readonly withoutLogs?: boolean
  /** Aborted where nobody waits for the rest of a long log any more. */
  readonly signal?: AbortSignal
}

interface Setting extends ReporterOptions {
  readonly stdout: OwnOutput
  readonly stderr: OwnOutput
  readonly surroundings: Surroundings
}

/**
 * All reporters of a run as one: the log files, what the screen shows, the files that were asked for, the summary. Each
 * is loaded only where it is wanted. Throws a UserError for a file that cannot be written.
 */
export async function createReporters(surroundings: Surroundings): Promise<ReporterGroup> {
  const { reports, root, run, style, commandFor, stdout, stderr, process } = surroundings
  const here = process.cwd()
  const logs = new LogFiles(ownPlaces(root).logs, run)
  const logFileOf = (name: string) => {
    const path = logs.pathOf(name)
    return path === undefined ? undefined : shortest(path, here)
  }
  const wholeLogOf = (name: string) => (surroundings.signal?.aborted ? undefined : logs.wholeOf(name))
  const setting: Setting = { stdout, stderr, style, commandFor, logFileOf, wholeLogOf, surroundings }
  const screen = reports.reporters.find(({ file }) => file === undefined)
  const group: Reporter[] = [
    await screenReporter(screen?.name ?? defaultScreen(surroundings.process.env, stderr), setting),
  ]
  for (const { name, file } of reports.reporters)
    if (file !== undefined) group.push(await fileReporter(name, writable(here, file), setting))
  if (reports.trace !== undefined) {
    const [{ traceRenderer }, { wholeFileReporter }] = await Promise.all([
      import('./trace.ts'),
      import('./file-reporters.ts'),
    ])
    group.push(wholeFileReporter(traceRenderer(), writable(here, reports.trace)))
  }
  if (reports.summary) {
    const { summaryRenderer } = await import('./run-summary.ts')
    group.push(streamReporter(summaryRenderer(style), stderr))
  }
  return new ReporterGroup(surroundings.withoutLogs ? undefined : logs, group)
}

/** Several reporters that hear the same. The log files come first: the others name them. */
export class ReporterGroup {
  readonly #logs: LogFiles | undefined
  readonly #others: readonly Reporter[]

  constructor(logs: LogFiles | undefined, others: readonly Reporter[]) {
    this.#logs = logs
    this.#others = others
  }

  report(event: Parameters<Reporter['report']>[0]): void {
    this.#logs?.report(event)
    for (const reporter of this.#others) reporter.report(event)
  }

  /** Ends all of them. What could not be written is returned, a line each; `failed` where it had been asked for. */
  async close(): Promise<{ readonly failed: boolean; readonly lines: readonly string[] }> {
    await this.#logs?.close()
    const lines: string[] = []
    let failed = false
    if (this.#logs?.fault !== undefined)
      lines.push(`log files could not be written: ${textOf(this.#logs.fault.error)}`)
    for (const reporter of this.#others) {
      try {
        await reporter.close()
      } catch (error) {
        failed = true
        lines.push(`a report could not be written: ${textOf(error)}`)
      }
    }
    return { failed, lines }
  }
}

async function screenReporter(name: ReporterChoice['name'], setting: Setting): Promise<Reporter> {
  const { stdout, stderr, surroundings } = setting
  if (name === 'tree') {
    if (!stderr.isTTY)
      throw new UserError('--reporter tree needs a terminal', { fix: 'use --reporter plain here' })
    const { TreeReporter } = await import('./tree.ts')
    return new TreeReporter({
      ...setting,
      stdout: stdout.stream,
      stderr: stderr.stream,
      now: surroundings.now,
      signal: surroundings.signal,
    })
  }
  const renderer = await rendererOf(name, setting)
  // A program reads what these write, so nothing else may be on stdout, not even what tasks print.
  if (name === 'json' || name === 'junit') return streamReporter(renderer, stdout)
  return streamReporter(renderer, stderr, { prints: stdout, signal: surroundings.signal })
}

async function fileReporter(name: ReporterChoice['name'], path: string, setting: Setting): Promise<Reporter> {
  const { growingFileReporter, wholeFileReporter } = await import('./file-reporters.ts')
  const dressed = { ...setting, style: createStyle(false) }
  if (name === 'junit') return wholeFileReporter((await import('./junit.ts')).junitRenderer(dressed), path)
  return growingFileReporter(await rendererOf(name, dressed, true), path)
}

async function rendererOf(
  name: ReporterChoice['name'],
  setting: Setting,
  prints = false,
): Promise<PieceRenderer> {
  switch (name) {
    case 'json':
      return (await import('./json.ts')).jsonRenderer(setting)
    case 'junit':
      return (await import('./junit.ts')).junitRenderer(setting)
    case 'github': {
      const { githubRenderer } = await import('./github.ts')
      const { randomBytes } = await import('node:crypto')
      const { root, process } = setting.surroundings
      const sourceOf = sources(process.env.GITHUB_WORKSPACE ?? root, root)
      return githubRenderer({ ...setting, sourceOf, pause: randomBytes(16).toString('hex') })
    }
    case 'plain':
    case 'tree':
      return (await import('./plain.ts')).plainRenderer({ ...setting, prints })
  }
}

/** Tells a file of the project from what only looks like one. Relative names are those that commands print. */
function sources(top: string, root: string): (file: string) => string | undefined {
  return file => {
    const path = resolve(root, file)
    const name = relative(top, path)
    if (name === '' || name.startsWith('..') || name.split('/').includes('node_modules')) return undefined
    return statSync(path, { throwIfNoEntry: false })?.isFile() ? name : undefined
  }
}

/** Finds out before the run what would else be lost after it. */
function writable(here: string, file: string): string {
  const path = resolve(here, file)
  try {
    makeDirectory(dirname(path))
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path
  } catch (error) {
    throw new UserError(`${file} cannot be written: ${errorCode(error) ?? textOf(error)}`)
  }
  throw new UserError(`${file} is a directory, not a file for a report`)
}

function shortest(path: string, here: string): string {
  const near = relative(here, path)
  return near.startsWith('..') ? path : near
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
