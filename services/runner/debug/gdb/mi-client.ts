import type { Readable, Writable } from 'node:stream'
import type { z } from 'zod'
import { MiLines } from './mi-lines.ts'
import { type MiRecord, type MiTuple, parseMiRecord } from './mi-record.ts'

/** gdb's `^error`, or no answer of any use. */
export class MiRefusal extends Error {
  override readonly name = 'MiRefusal'
}

/** The longest that gdb may take for a command of ours, in milliseconds: who asks has shorter deadlines. */
const answerMs = 120_000
/** How much gdb may have said to people before an answer; what comes beyond it is passed over. */
const mostConsole = 256 * 1_024

type Answered = { readonly results: MiTuple; readonly console: string; readonly log: string }
type Pending = { resolve(answered: Answered): void; reject(error: MiRefusal): void; timer: NodeJS.Timeout }

export type MiHandlers = {
  /** For each record that is no answer, in order. */
  readonly record: (record: Exclude<MiRecord, { kind: 'result' }>) => void
  /** Nothing more can be said to gdb, and why. Called once. */
  readonly closed: (why: string) => void
}

/**
 * Speaks the machine interface of one gdb. Commands are answered in their order, so several may be sent before the first
 * answer; whatever gdb says to people before an answer belongs to it.
 */
export class MiClient {
  readonly #output: Writable
  readonly #handlers: MiHandlers
  readonly #lines = new MiLines()
  readonly #pending = new Map<number, Pending>()
  #token = 0
  #console = ''
  #log = ''
  /** It has been answered with `^running`, behind which a no may follow still. */
  #running: { token: number; answered: Answered } | undefined
  #why: string | undefined
  /** Commands that may have others write where gdb does. */
  #strangers = 0

  constructor(input: Readable, output: Writable, handlers: MiHandlers) {
    this.#output = output
    this.#handlers = handlers
    output.on('error', error => this.close(`gdb could not be written to: ${error.message}`))
    input.on('error', error => this.close(`gdb could not be read: ${error.message}`))
    input.on('end', () => this.close('gdb has ended'))
    input.on('close', () => this.close('gdb has ended'))
    input.on('data', (piece: Buffer) => this.#read(piece))
  }

  /** Rejects with a MiRefusal. `command` is one line. */
  async ask<Schema extends z.ZodType>(command: string, schema: Schema): Promise<z.output<Schema>> {
    return (await this.askWithLog(command, schema)).answer
  }

  /** `log`: what gdb warned of meanwhile. */
  async askWithLog<Schema extends z.ZodType>(
    command: string,
    schema: Schema,
  ): Promise<{ answer: z.output<Schema>; log: string }> {
    const { results, log } = await this.#send(command)
    const read = schema.safeParse(results)
    if (read.success) return { answer: read.data, log }
    throw new MiRefusal(`gdb's answer to ${nameOf(command)} cannot be read`)
  }

  /** What is answered is not of interest, but whether it is no. */
  async tell(command: string): Promise<void> {
    await this.#send(command)
  }

  /** What gdb said to people meanwhile. */
  async listen(command: string): Promise<string> {
    return (await this.#send(command)).console
  }

  /** The same of a command that is not ours: whatever it has written there that is no record is passed over. */
  async listenTo(command: string): Promise<string> {
    this.#strangers += 1
    try {
      return await this.listen(command)
    } finally {
      this.#strangers -= 1
    }
  }

  close(why: string): void {
    if (this.#why !== undefined) return
    this.#why = why
    for (const token of [...this.#pending.keys()])
      this.#settle(token, waiting => waiting.reject(new MiRefusal(why)))
    this.#handlers.closed(why)
  }

  #send(command: string): Promise<Answered> {
    if (this.#why !== undefined) return Promise.reject(new MiRefusal(this.#why))
    if (/[\n\r\0]/.test(command)) return Promise.reject(new MiRefusal('a command of gdb has one line'))
    const token = ++this.#token
    const { promise, resolve, reject } = Promise.withResolvers<Answered>()
    const late = () =>
      this.#settle(token, () => reject(new MiRefusal(`gdb did not answer to ${nameOf(command)} in time`)))
    this.#pending.set(token, { resolve, reject, timer: setTimeout(late, answerMs) })
    this.#output.write(`${token}${command}\n`)
    return promise
  }

  #settle(token: number, settle: (waiting: Pending) => void): void {
    const waiting = this.#pending.get(token)
    if (waiting === undefined) return
    this.#pending.delete(token)
    clearTimeout(waiting.timer)
    settle(waiting)
  }

  #read(piece: Buffer): void {
    if (this.#why !== undefined) return
    try {
      for (const line of this.#lines.push(piece)) this.#take(line)
    } catch (error) {
      this.close(`what gdb says cannot be read: ${error instanceof Error ? error.message : error}`)
    }
  }

  #take(line: string): void {
    if (line.startsWith('(gdb)')) this.#runs()
    const record = this.#parsed(line)
    if (record === undefined) return
    if (record.kind === 'result') {
      this.#answer(record)
      return
    }
    if (record.kind === 'console') this.#console = joined(this.#console, record.text)
    // What it has said of a stop belongs to no answer.
    if (record.kind === 'exec' && record.class === 'stopped') this.#console = this.#log = ''
    if (record.kind === 'log') this.#log = joined(this.#log, record.text)
    this.#handlers.record(record)
  }

  #parsed(line: string): MiRecord | undefined {
    try {
      return parseMiRecord(line)
    } catch (error) {
      if (this.#strangers === 0) throw error
      return undefined
    }
  }

  #answer({ token, class: kind, results }: Extract<MiRecord, { kind: 'result' }>): void {
    const [console, log] = [this.#console, this.#log]
    this.#console = this.#log = ''
    // Without a token it is no answer to anything of ours.
    if (token === undefined) return
    if (token !== this.#running?.token) this.#runs()
    if (kind === 'error')
      this.#settle(token, waiting => waiting.reject(new MiRefusal(reasonOf(results, log))))
    else if (kind === 'running') this.#running = { token, answered: { results, console, log } }
    else this.#settle(token, waiting => waiting.resolve({ results, console, log }))
  }

  /** gdb has come to the end of what it was told last. */
  #runs(): void {
    const running = this.#running
    this.#running = undefined
    if (running !== undefined) this.#settle(running.token, waiting => waiting.resolve(running.answered))
  }
}

const joined = (text: string, more: string): string => (text.length < mostConsole ? text + more : text)

/** Where the answer itself says nothing, gdb has told it to people. */
function reasonOf({ msg }: MiTuple, log: string): string {
  if (typeof msg !== 'string') return 'gdb gave no reason'
  return msg === 'Command aborted.' && log !== '' ? log.replace(/^Warning:\n/, '').trim() : msg
}

const nameOf = (command: string): string => command.split(' ', 1)[0] ?? ''
