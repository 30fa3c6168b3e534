import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { environmentReader, processTable } from '../../../lib/processes/process-table.ts'
import type { Graph } from './graph.ts'
import { PeakMemory } from './peak-memory.ts'
import type { Call, Runner } from './runner.ts'

/** In milliseconds: on a busy machine, a first run of 10,000 tasks takes minutes. */
const slowest = 600_000

/**
 * A directory in which one runner works on one graph, with a home and a temporary directory of its own beside it. All of
 * that is gone after disposal, and so is every process that was started in it.
 */
export class Workspace implements Disposable {
  readonly runner: Runner
  readonly directory: string
  /** What the latest call printed, stderr included. */
  output = ''
  readonly #base: string
  readonly #environment: Readonly<Record<string, string>>

  /** Declares another graph in place of the one before. */
  declare(graph: Graph): void {
    this.runner.declare(this.directory, graph)
  }

  /** `prepare` makes the input files. */
  constructor(runner: Runner, graph: Graph, prepare: (directory: string) => void = () => {}) {
    disposeAtExit(this)
    this.runner = runner
    this.#base = mkdtempSync(join(tmpdir(), `bench-${runner.name}-`))
    this.directory = join(this.#base, 'work')
    for (const name of ['work/out', 'home', 'tmp']) mkdirSync(join(this.#base, name), { recursive: true })
    this.#environment = {
      // The Node that measures is the Node that all of them run on.
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: join(this.#base, 'home'),
      TMPDIR: join(this.#base, 'tmp'),
      LANG: 'C.UTF-8',
      DO_NOT_TRACK: '1',
      npm_config_offline: 'true',
      npm_config_update_notifier: 'false',
      ...runner.environment?.(this.#base),
    }
    try {
      prepare(this.directory)
      runner.declare(this.directory, graph)
    } catch (error) {
      this[Symbol.dispose]()
      throw error
    }
  }

  /** How many milliseconds the call takes, from start to end. */
  async time(call: Call): Promise<number> {
    const start = performance.now()
    let took = 0
    await this.#start(call, async exit => {
      await exit
      took = performance.now() - start
    })
    return took
  }

  /** The most memory, in MiB, that any process of the call itself had at once: not the commands of its tasks. */
  async peakMemory(call: Call): Promise<number> {
    let mebibytes = 0
    await this.#start(call, async (exit, pid) => {
      const peak = new PeakMemory(pid)
      await exit
      mebibytes = peak.stop()
    })
    return mebibytes
  }

  /** Throws unless it ends as it should, in time. */
  async #start(call: Call, watch: (exit: Promise<unknown>, pid: number) => Promise<void>): Promise<void> {
    const log = openSync(this.#log, 'w')
    const child = spawn(call.file, call.args, { ...this.#options(log, call), timeout: slowest })
    await watch(once(child, 'exit'), child.pid ?? 0)
    closeSync(log)
    this.output = readFileSync(this.#log, 'utf8')
    // Some end with 0 when they are told to end.
    if (child.exitCode === (call.status ?? 0) && !child.killed) return
    const line = [call.file, ...call.args].join(' ')
    const how = child.killed
      ? `took more than ${slowest} ms`
      : `ended with ${child.exitCode ?? child.signalCode}`
    throw new Error(`${line.slice(0, 200)} ${how}\n${this.output.slice(-1_000)}`)
  }

  [Symbol.dispose](): void {
    const stop = this.runner.stop?.()
    if (stop !== undefined)
      spawnSync(stop.file, stop.args, { ...this.#options('ignore', stop), timeout: 10_000 })
    const home = environmentReader()
    for (const { pid } of processTable().entries) {
      if (home(pid, 'HOME') !== this.#environment.HOME) continue
      try {
        process.kill(pid, 'SIGKILL')
      } catch {} // It has ended by itself.
    }
    open.delete(this)
    rmSync(this.#base, { recursive: true, force: true, maxRetries: 10 })
  }

  get #log(): string {
    return join(this.#base, 'output')
  }

  #options(log: number | 'ignore', { programs }: Call) {
    const path = [programs && join(this.directory, programs), this.#environment.PATH]
    return {
      cwd: this.directory,
      env: { ...this.#environment, PATH: path.filter(Boolean).join(delimiter) },
      stdio: ['ignore', log, log] satisfies ['ignore', number | 'ignore', number | 'ignore'],
    }
  }
}

const open = new Set<Workspace>()

/** What is left when the benchmark is told to end, or fails, goes away all the same. */
function disposeAtExit(workspace: Workspace): void {
  if (!isWatching) {
    isWatching = true
    process.on('exit', () => {
      for (const left of open) left[Symbol.dispose]()
    })
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      process.once(signal, () => process.exit(code))
    }
  }
  open.add(workspace)
}

let isWatching = false
