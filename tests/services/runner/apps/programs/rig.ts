import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { until } from '../../../../until.ts'

const programs = resolve(import.meta.dirname, '../../../../../services/runner/apps/programs')

export const mainOf = (name: 'files' | 'terminal'): string => join(programs, name, 'main.ts')

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
  readonly #name: 'files' | 'terminal'
  #process: ChildProcess
  said = ''

  private constructor(name: 'files' | 'terminal', options: readonly string[]) {
    this.#name = name
    this.#options = options
    this.#outside = realpathSync(mkdtempSync(join(tmpdir(), `app-${name}-`)))
    this.worktree = mkdtempSync(join(this.#outside, 'worktree-'))
    this.socket = join(this.#outside, 'app.sock')
    this.#process = this.#spawn()
  }

  static async start(name: 'files' | 'terminal', ...options: readonly string[]): Promise<Program> {
    const program = new Program(name, options)
    await program.#ready()
    return program
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
    await this.end('SIGKILL')
    rmSync(this.#outside, { recursive: true, force: true })
    if (exitCode !== null && exitCode !== 0) throw new Error(`it ended with ${exitCode}: ${this.said}`)
    if (this.said !== '') throw new Error(`it said ${this.said}`)
  }

  #spawn(): ChildProcess {
    const words = [mainOf(this.#name), '--socket', this.socket, ...this.#options]
    const child = spawn(process.execPath, words, { cwd: this.worktree, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text: Buffer) => {
        this.said += text
      })
    return child
  }

  async #ready(): Promise<void> {
    await until(`${this.#name} listens`, async () => {
      if (this.#process.exitCode !== null) throw new Error(`it ended: ${this.said}`)
      return existsSync(this.socket) && (await this.ask('/').catch(() => undefined))
    })
  }
}
