import { createInterface } from 'node:readline'
import type { ProcessScope } from '../../lib/processes/process-scope.ts'

/** gdb's machine interface with nothing in between: what anybody would write who speaks to it alone. */
export class DirectGdb {
  readonly #write: (line: string) => void
  readonly #answers = new Map<number, (line: string) => void>()
  #token = 0
  #stopped = Promise.withResolvers<string>()

  private constructor(scope: ProcessScope) {
    const { stdin, stdout } = scope.spawn('gdb', ['-q', '-nx', '--interpreter=mi3'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    if (stdin === null || stdout === null) throw new Error('its streams are pipes')
    this.#write = line => void stdin.write(line)
    createInterface({ input: stdout }).on('line', line => {
      if (line.startsWith('*stopped')) this.#stopped.resolve(line)
      const token = /^(\d+)\^/.exec(line)?.[1]
      if (token !== undefined) this.#answers.get(Number(token))?.(line)
    })
  }

  /** To its first stop, in this line. */
  static async start(
    scope: ProcessScope,
    program: string,
    place: string,
    words: readonly string[] = [],
  ): Promise<DirectGdb> {
    const gdb = new DirectGdb(scope)
    await Promise.all([
      gdb.ask('-gdb-set mi-async on'),
      gdb.ask('-gdb-set pagination off'),
      gdb.ask('-enable-pretty-printing'),
      gdb.ask(`-file-exec-and-symbols ${program}`),
      gdb.ask(`-exec-arguments ${[...words, '>/dev/null', '2>&1'].join(' ')}`),
      gdb.ask(`-break-insert ${place}`),
    ])
    await gdb.go('-exec-run')
    await gdb.ask('-break-delete')
    return gdb
  }

  ask(command: string): Promise<string> {
    const token = ++this.#token
    const { promise, resolve } = Promise.withResolvers<string>()
    this.#answers.set(token, line => {
      this.#answers.delete(token)
      resolve(line)
    })
    this.#write(`${token}${command}\n`)
    return promise
  }

  /** Until it has stopped. */
  async go(command: string): Promise<void> {
    this.#stopped = Promise.withResolvers()
    void this.ask(command)
    await this.#stopped.promise
  }
}
