import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { type JSONRPCMessage, JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js'
import { monotonicMs } from '../../../../lib/monotonic.ts'
import { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import type { Sentinel } from '../../../../lib/processes/sentinel.ts'
import { idOfOversized, oversizedAnswer, tooLong } from './oversized.ts'
import { Pace } from './pace.ts'
import { Units } from './units.ts'
import { NotSentError } from './upstream-error.ts'

export type StdioOptions = {
  readonly command: string
  readonly args: readonly string[]
  /** All of it: nothing of this process's own is handed on. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly answerBytes: number
  readonly sentinel: Sentinel
  readonly onWritten: (text: string) => void
}

/** How long one may take to end once its input has been closed, in milliseconds. */
const grace = 1_000
/** How long what it said before it ended may take to be read, in milliseconds. */
const lastWords = 250
/** The last of what it wrote to its standard error. */
const keptOfErrors = 2_048
/** What one may have been sent without having read it: then it hangs. */
const mostUnread = 67_108_864

/**
 * Speaks MCP with a program over its standard input and output. The program and all that it starts belong to this, and end
 * with it. The SDK's own transport holds any message as a whole, and ends the program alone.
 */
export class StdioTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: (message: JSONRPCMessage) => void
  readonly #options: StdioOptions
  readonly #scope: ProcessScope
  readonly #pace = new Pace(monotonicMs)
  #child: ChildProcess | undefined
  #errors = ''
  #end: string | undefined
  #closing: Promise<void> | undefined

  constructor(options: StdioOptions) {
    this.#options = options
    this.#scope = new ProcessScope({ graceMs: grace, sentinel: options.sentinel })
  }

  /** Why it has ended by itself, with the last that it wrote to its standard error. */
  get end(): string | undefined {
    const last = this.#errors.trim().split('\n').at(-1)?.trim()
    return last ? `${this.#end ?? 'it does not answer'}: ${last.slice(-300)}` : this.#end
  }

  async start(): Promise<void> {
    const { command, args, env, cwd } = this.#options
    const child = this.#scope.spawn(command, args, { cwd, env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child = child
    child.once('error', error => {
      this.#end = `it cannot be started: ${existsSync(cwd) ? error.message : `there is no directory ${cwd}`}`
    })
    child.once('exit', (code, signal) => {
      this.#end ??= signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`
    })
    child.stderr?.on('data', chunk => {
      this.#options.onWritten(String(chunk))
      this.#errors = `${this.#errors}${chunk}`.slice(-keptOfErrors)
    })
    for (const stream of child.stdio) stream?.on('error', () => {}) // 'close' follows
    // What it said last is read; a daemon of its own may hold its output open for longer than it lives.
    for (const event of ['exit', 'error'])
      child.once(event, () => setTimeout(() => void this.close(), lastWords).unref())
    void this.#read(child)
    if (child.pid === undefined) await once(child, 'spawn')
  }

  async #read(child: ChildProcess): Promise<void> {
    const { stdout } = child
    if (stdout === null) throw new TypeError('its standard output is a pipe')
    const { answerBytes } = this.#options
    const units = new Units(answerBytes, 'line')
    try {
      for await (const chunk of stdout)
        for (const unit of units.push(chunk)) {
          const size = unit.kind === 'whole' ? unit.bytes.length : answerBytes
          const wait = this.#pace.take(size)
          if (wait !== undefined) await wait
          if (unit.kind === 'whole') {
            this.#receive(unit.bytes)
            // What is told of a call is heard before its answer, which may have come together with it.
            await null
          } else {
            const id = idOfOversized(unit)
            if (id !== undefined) this.onmessage?.(oversizedAnswer(id, answerBytes))
            else {
              this.#end ??= tooLong(answerBytes)
              return await this.close()
            }
          }
        }
    } catch (error) {
      this.onerror?.(error instanceof Error ? error : new Error(String(error)))
    }
    // Why it ended is known a moment later.
    const isThere = child.exitCode === null && child.signalCode === null
    if (isThere) await Promise.race([once(child, 'exit'), delay(lastWords)]).catch(() => {})
    await this.close()
  }

  #receive(bytes: Buffer): void {
    const text = bytes.toString().trim()
    if (text === '') return
    try {
      this.onmessage?.(JSONRPCMessageSchema.parse(JSON.parse(text)))
    } catch {
      this.onerror?.(new Error('a line on its standard output that is no message of JSON-RPC 2.0'))
    }
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin
    if (!stdin?.writable) throw new NotSentError(this.end ?? 'it has ended')
    if (stdin.writableLength > mostUnread) throw new NotSentError('it does not read what it is sent')
    stdin.write(`${JSON.stringify(message)}\n`)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const child = this.#child
    // Whoever waits for an answer is told first.
    this.onclose?.()
    child?.stdin?.end()
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null)
      await Promise.race([once(child, 'exit'), this.#scope.end({ graceMs: grace })])
    await this.#scope.end({ graceMs: grace })
    child?.stdout?.destroy()
    child?.stderr?.destroy()
  }
}
