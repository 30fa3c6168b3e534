import { StringDecoder } from 'node:string_decoder'

const longestLine = 4_096
/** A program may write there as well. */
const mostKept = 1_000

/**
 * How a process ended, from the log of lldb-server: lldb-dap tells the number of a signal as it tells an exit code. What
 * it has been given is a line for each process that it traces, such as
 * `… waitpid(-1, &status, _) = 4711, status = Killed by signal 9`.
 */
export class ExitStatuses {
  readonly #codes = new Map<number, number>()
  readonly #decoder = new StringDecoder('latin1')
  #rest = ''

  push(piece: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(piece)).split('\n')
    this.#rest = (lines.pop() ?? '').slice(-longestLine)
    for (const line of lines) {
      const [, pid, how, number] =
        /= (\d+), status = (Exited with status|Killed by signal) (\d+)/.exec(line) ?? []
      if (pid === undefined) continue
      this.#codes.set(Number(pid), how === 'Killed by signal' ? 128 + Number(number) : Number(number))
      const [oldest] = this.#codes.keys()
      if (this.#codes.size > mostKept && oldest !== undefined) this.#codes.delete(oldest)
    }
  }

  /** As a shell tells it: 128 + n for a signal; undefined where nothing has been heard. */
  of(pid: number): number | undefined {
    return this.#codes.get(pid)
  }
}
