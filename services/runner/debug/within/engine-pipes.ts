import { once } from 'node:events'
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import { findSystemTool } from '../../commands/find-system-tool.ts'

/** The names of the pipes in their directory: see engine-host.sh. */
const pipeNames = ['in', 'out', 'errors', 'control'] as const

const mostStderr = 4_096

/** Makes the pipes in a directory. Rejects where they cannot be made. */
export async function makePipes(directory: string, scope: ProcessScope): Promise<void> {
  const mkfifo = await findSystemTool('mkfifo', '')
  if (mkfifo === undefined)
    throw new Error('a debugger of native programs needs mkfifo (of coreutils), which is not here')
  const words = ['-m', '600', ...pipeNames.map(name => join(directory, name))]
  const child = scope.spawn(mkfifo, words, { cwd: '/', env: {}, stdio: 'ignore' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`no pipes can be made in ${directory}: mkfifo ended with code ${code}`)
}

/**
 * Our ends of the pipes of an engine that runs within the debuggee's command. Nothing here waits for the other side: it
 * may come late or never. Once it has come, `output` ends when the engine and what it has left it to are gone.
 */
export class EnginePipes implements Disposable {
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

  /** The end of what the engine has written to its standard error. */
  get stderr(): string {
    return this.#stderr.trim()
  }

  /** Ends the engine; the command ends with this code. The first one stands, and none once this is disposed of. */
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
