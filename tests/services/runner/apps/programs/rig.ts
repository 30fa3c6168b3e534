import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { until } from '../../../../until.ts'

const programs = resolve(import.meta.dirname, '../../../../../services/runner/apps/programs')

export const mainOf = (name: ProgramName): string => join(programs, name, 'main.ts')

/** How long a program may take to end. */
const endMs = 20_000

/** How long a program may take to be there; one of them fetches what it runs. */
const readyMs = 250_000

export type ProgramName = 'files' | 'terminal' | 'opencode'

export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
}

export type Asking = {
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: Readable | Buffer | string
}

/** A program of a session app, running over its socket in a worktree of its own. */
export class Program implements AsyncDisposable {
  readonly worktree: string
  readonly socket: string
  readonly #outside: string
  readonly #options: readonly string[]
  readonly #name: ProgramName
  readonly #environment: NodeJS.ProcessEnv
  #process: ChildProcess
  said = ''

  private constructor(name: ProgramName, options: readonly string[], environment: NodeJS.ProcessEnv) {
    this.#name = name
    this.#environment = environment
    this.#options = options
    this.#outside = realpathSync(mkdtempSync(join(tmpdir(), `app-${name}-`)))
    this.worktree = mkdtempSync(join(this.#outside, 'worktree-'))
    this.socket = join(this.#outside, 'app.sock')
    this.#process = this.#spawn()
  }

  static start(name: ProgramName, ...options: readonly string[]): Promise<Program> {
    return Program.startIn(process.env, name, ...options)
  }

  static async startIn(
    environment: NodeJS.ProcessEnv,
    name: ProgramName,
    ...options: readonly string[]
  ): Promise<Program> {
    const program = new Program(name, options, environment)
    try {
      await program.#ready()
      return program
    } catch (error) {
      await program.end('SIGKILL')
      rmSync(program.#outside, { recursive: true, force: true })
      throw error
    }
  }

  /** The directory that the worktree lies in, with whatever a test puts there. */
  get outside(): string {
    return this.#outside
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const exited = new Promise<number | null>(done => this.#process.once('exit', done))
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return this.#process.exitCode
    this.#process.kill(signal)
    return exited
  }

  async again(): Promise<void> {
    this.#process = this.#spawn()
    await this.#ready()
  }

  async ask(path: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<Answer> {
    return new Promise((done, failed) => {
      // A test may keep this process busy for longer than a connection at rest is kept.
      const about = { socketPath: this.socket, path, method, headers, agent: false as const }
      const asking = request(about, response => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('error', failed)
        response.on('end', () => {
          const whole = Buffer.concat(pieces)
          done({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: whole,
            text: whole.toString(),
          })
        })
      })
      asking.on('error', failed)
      if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) asking.end(body)
      else body.pipe(asking)
    })
  }

  /** A program that has fallen over by itself fails the test that it served. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode } = this.#process
    const late = setTimeout(() => this.#process.kill('SIGKILL'), endMs)
    // Asked to, it takes along what it has started.
    await this.end()
    clearTimeout(late)
    rmSync(this.#outside, { recursive: true, force: true })
    if (exitCode !== null && exitCode !== 0) throw new Error(`it ended with ${exitCode}: ${this.said}`)
    if (this.said !== '') throw new Error(`it said ${this.said}`)
  }

  #spawn(): ChildProcess {
    const words = [mainOf(this.#name), '--socket', this.socket, ...this.#options]
    const child = spawn(process.execPath, words, {
      cwd: this.worktree,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text: Buffer) => {
        this.said += text
      })
    return child
  }

  async #ready(): Promise<void> {
    await until(
      `${this.#name} listens`,
      async () => {
        if (this.#process.exitCode !== null) throw new Error(`it ended: ${this.said}`)
        return existsSync(this.socket) && (await this.ask('/').catch(() => undefined))
      },
      readyMs,
    )
  }
}

/** Whether a process runs; one that nobody has taken notice of yet does not. */
export function isThere(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
