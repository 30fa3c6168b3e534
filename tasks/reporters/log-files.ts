import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { identify } from '../../lib/processes/identity.ts'
import type { EngineEvent } from '../engine/events.ts'
import type { LogFile, Reporter } from './reporter.ts'

/** How many runs keep their logs. */
const keptRuns = 20
/** The log of one task is cut here; a task that says more has gone wild, and must not fill the disk. */
const defaultBytes = 256 * 2 ** 20
const bufferedCharacters = 64 * 1024
const flushMs = 200

interface OpenLog {
  readonly path: string
  readonly file: number
  buffered: string
  bytes: number
}

/**
 * Keeps what each task says in a file of its own, below `directory`: `RUN/NAME.log`. A task that says nothing has no
 * file, and a run without any no directory, so short runs cost nothing. Where files cannot be written the run goes on
 * without them, and `fault` tells why.
 */
export class LogFiles implements Reporter {
  readonly #directory: string
  readonly #run: string
  readonly #paths = new Map<string, string>()
  readonly #cut = new Set<string>()
  readonly #largestBytes: number
  readonly #open = new Map<string, OpenLog>()
  #timer: NodeJS.Timeout | undefined
  #made = false
  fault: { readonly error: unknown } | undefined

  constructor(directory: string, run: string, { largestBytes = defaultBytes } = {}) {
    this.#largestBytes = largestBytes
    this.#directory = directory
    this.#run = run
  }

  /** The file of a task that has said something. */
  pathOf(name: string): string | undefined {
    return this.#paths.get(name)
  }

  /** All that a task has said, once it has ended; undefined where that could not be written, or is gone. */
  wholeOf(name: string): LogFile | undefined {
    const path = this.#paths.get(name)
    if (path === undefined || this.#open.has(name) || this.fault !== undefined) return undefined
    if (!existsSync(path)) return undefined
    return { path, isCut: this.#cut.has(path) }
  }

  report(event: EngineEvent): void {
    if (event.type === 'task-log') this.#push(event.name, event.line)
    if (event.type === 'task-succeeded' || event.type === 'task-failed' || event.type === 'task-aborted')
      this.#end(event.name)
  }

  async close(): Promise<void> {
    for (const name of [...this.#open.keys()]) this.#end(name)
  }

  #push(name: string, line: string): void {
    if (this.fault !== undefined) return
    const log = this.#open.get(name) ?? this.#start(name)
    if (log === undefined || log.bytes > this.#largestBytes) return
    log.buffered += `${line}\n`
    if (log.buffered.length >= bufferedCharacters) this.#flush(log)
    // A task that hangs is looked into while it does.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      for (const open of this.#open.values()) this.#flush(open)
    }, flushMs)
  }

  #start(name: string): OpenLog | undefined {
    return this.#try(() => {
      const directory = join(this.#directory, this.#run)
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      if (!this.#made) this.#prepare()
      const path = join(directory, `${name}.log`)
      const log = { path, file: openSync(path, 'w', 0o600), buffered: '', bytes: 0 }
      this.#open.set(name, log)
      this.#paths.set(name, path)
      return log
    })
  }

  /** Keeps git from seeing the logs, whatever the project ignores, and removes those of old runs. */
  #prepare(): void {
    this.#made = true
    writeFileSync(join(this.#directory, '.gitignore'), '*\n')
    const runs = readdirSync(this.#directory).filter(entry => /^\d{8}T\d{9}Z-\d+$/.test(entry))
    const isRunning = (pid: number) => identify(pid) !== undefined
    for (const run of oldRuns(runs, keptRuns, isRunning))
      rmSync(join(this.#directory, run), { recursive: true, force: true })
  }

  #flush(log: OpenLog): void {
    if (log.buffered === '') return
    const bytes = Buffer.from(log.buffered)
    log.buffered = ''
    log.bytes += bytes.length
    this.#try(() => {
      for (let at = 0; at < bytes.length; ) at += writeSync(log.file, bytes, at)
      if (log.bytes <= this.#largestBytes) return
      this.#cut.add(log.path)
      writeSync(log.file, `… cut here: more than ${this.#largestBytes / 2 ** 20} MiB …\n`)
    })
  }

  #end(name: string): void {
    const log = this.#open.get(name)
    if (log === undefined) return
    this.#flush(log)
    this.#open.delete(name)
    this.#try(() => closeSync(log.file))
    if (this.#open.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #try<T>(action: () => T): T | undefined {
    try {
      return action()
    } catch (error) {
      this.fault ??= { error }
      return undefined
    }
  }
}

/** The name of a run's directory: names sort as the runs began, and two runs never share one. */
export function runName(at: number, pid: number): string {
  return `${new Date(at).toISOString().replace(/[-:.]/g, '')}-${pid}`
}

/** Which runs to remove so that the newest `kept` stay, and of each process that still runs the one that it is at. */
export function oldRuns(
  names: readonly string[],
  kept: number,
  isRunning: (pid: number) => boolean = () => false,
): string[] {
  const sorted = [...names].sort()
  const pidOf = (name: string) => Number(name.slice(name.lastIndexOf('-') + 1))
  const newest = new Map(sorted.map(name => [pidOf(name), name]))
  return sorted
    .slice(0, Math.max(0, names.length - kept))
    .filter(name => newest.get(pidOf(name)) !== name || !isRunning(pidOf(name)))
}
