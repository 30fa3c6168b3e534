import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { findSystemTool } from '../../commands/find-system-tool.ts'
import { startHere } from '../../spawning/start-here.ts'
import type { StartProcess } from '../../spawning/started-process.ts'
import type { Place } from '../place.ts'

/** The names of the pipes in their directory: see engine-host.sh. */
const pipeNames = ['in', 'out', 'errors', 'control'] as const

/** How long that may take, in milliseconds. */
const makeMs = 10_000

const mostStderr = 4_096

/** Makes the pipes in a directory. Rejects where they cannot be made. */
export async function makePipes(
  directory: string,
  { start = startHere }: Pick<Place, 'start'>,
): Promise<void> {
  const mkfifo = await findSystemTool('mkfifo', '')
  if (mkfifo === undefined)
    throw new Error('a debugger of native programs needs mkfifo (of coreutils), which is not here')
  const pipes = pipeNames.map(name => join(directory, name))
  const words = [mkfifo, '-m', '600', ...pipes]
  let end = await endOf(words, start)
  if (end !== 0 && start !== startHere) {
    // Whoever starts programs may have gone meanwhile, with some of them made or all.
    for (const pipe of pipes) await rm(pipe, { force: true })
    end = await endOf(words, startHere)
  }
  if (end === 0) return
  const how = end === 'late' ? `does not end in ${makeMs / 1_000} s` : `ended with code ${end}`
  throw new Error(`no pipes can be made in ${directory}: mkfifo ${how}`)
}

async function endOf(words: readonly string[], start: StartProcess): Promise<number | string | null> {
  const descriptors = ['ignore', 'ignore', 'ignore'] as const
  const started = await start({ words, environment: {}, directory: '/', descriptors })
  const { promise, resolve } = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => resolve('late'), makeMs)
  return await Promise.race([started.ended, promise]).finally(() => clearTimeout(timer))
}

/** How an engine is spoken to that runs within the debuggee's command. */
export type EngineWay = Disposable & {
  /** Ends when the engine has gone. */
  readonly output: Readable
  readonly input: Writable
  /** Resolves when the engine can be spoken to. */
  readonly begun: Promise<void>
  /** The end of what the engine has written to its standard error. */
  readonly stderr: string
  /** Ends the engine; the command ends with this code. The first one stands, and none once this is disposed of. */
  leave(code: number): void
}

/**
 * Our ends of the pipes of an engine that runs within the debuggee's command. Nothing here waits for the other side: it
 * may come late or never. Once it has come, `output` ends when the engine and what it has left it to are gone.
 */
export class EnginePipes implements EngineWay {
  readonly output: Readable
  readonly input: Writable
  readonly #control: number
  readonly #resources: Disposable
  readonly #begun = Promise.withResolvers<void>()
  #stderr = ''
  #told = false

  /** `directory` has the pipes. Throws where they cannot be opened. */
  constructor(directory: string) {
    using opened = new DisposableStack()
    const open = (name: (typeof pipeNames)[number], access: number) =>
      openSync(join(directory, name), access | constants.O_NONBLOCK)
    // With both ends of what we write, opening waits for no reader.
    this.#control = opened.adopt(open('control', constants.O_RDWR), closeSync)
    const input = new Socket({ fd: open('in', constants.O_RDWR), readable: false, writable: true })
    this.input = opened.adopt(input, socket => socket.destroy())
    const reader = (name: 'out' | 'errors') => {
      const fd = open(name, constants.O_RDONLY)
      const socket = new Socket({ fd, readable: true, writable: false })
      opened.adopt(socket, one => one.destroy())
      // A pipe that nobody has opened for writing is at its end. So we have, until the other side has.
      const kept = opened.adopt(new KeptOpen(open(name, constants.O_WRONLY)), one => one.close())
      return { kept, socket }
    }
    const [output, errors] = [reader('out'), reader('errors')]
    this.output = output.socket
    errors.socket.setEncoding('utf8').on('data', (text: string) => {
      for (const { kept } of [output, errors]) kept.close()
      this.#begun.resolve()
      this.#stderr = (this.#stderr + text).slice(-mostStderr)
    })
    // What cannot be read or written is told by `output`, which ends.
    for (const socket of [input, errors.socket]) socket.on('error', () => undefined)
    this.#resources = opened.move()
  }

  /** Resolves when the command has come so far as to start the engine. */
  get begun(): Promise<void> {
    return this.#begun.promise
  }

  get stderr(): string {
    return this.#stderr.trim()
  }

  leave(code: number): void {
    if (this.#told) return
    this.#told = true
    writeSync(this.#control, `${code}\n`)
  }

  [Symbol.dispose](): void {
    // By then the descriptor is another file's.
    this.#told = true
    this.#resources[Symbol.dispose]()
  }
}

class KeptOpen {
  #fd: number | undefined

  constructor(fd: number) {
    this.#fd = fd
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }
}
