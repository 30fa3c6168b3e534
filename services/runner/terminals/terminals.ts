import { commandHasEnded } from '../../contract/command-state.ts'
import type { CommandId } from '../../contract/ids.ts'
import type { ProblemCode } from '../../contract/problems.ts'
import type { LiveAnswer, Terminal, TerminalAction } from '../../contract/runner-messages.ts'
import type { TerminalSize } from '../../contract/terminal.ts'
import { getCommand } from '../../store/commands.ts'
import { terminalOf } from '../../store/rows.ts'
import type { RunnerContext } from '../context.ts'
import { sizeMessage, typedMessages } from './terminal-messages.ts'
import { TerminalPipe } from './terminal-pipe.ts'

/** How long a terminal may take to be there, and a program to read what one call types, in milliseconds. */
const openPatienceMs = 5_000
const writePatienceMs = 2_000

/**
 * Passes on to the terminals of commands what is typed, each command's in the order it came. It needs no lease: what it
 * carries is the client's, and whoever is on this host can carry it.
 */
export class Terminals {
  readonly #context: Pick<RunnerContext, 'store' | 'files'>
  readonly #last = new Map<CommandId, Promise<unknown>>()

  constructor(context: Pick<RunnerContext, 'store' | 'files'>) {
    this.#context = context
  }

  answer({ command, action }: Terminal): Promise<LiveAnswer> {
    const before = this.#last.get(command) ?? Promise.resolve()
    const answer = before.then(() => this.#act(command, action))
    const settled = answer
      .catch(() => undefined)
      .then(() => {
        if (this.#last.get(command) === settled) this.#last.delete(command)
      })
    this.#last.set(command, settled)
    return answer
  }

  async #act(id: CommandId, action: TerminalAction): Promise<LiveAnswer> {
    const { store, files } = this.#context
    const row = await getCommand(store, id)
    if (row === undefined) return refuse('command_not_found', `there is no command ${id}`)
    if (terminalOf(row) === null) return refuse('no_terminal', `${id} was started without a terminal`)
    if (row.status !== 'running')
      return refuse(
        'command_not_running',
        commandHasEnded(row.status) ? `${id} has ended` : `${id} has not been started yet`,
      )
    using pipe = await TerminalPipe.open(files.terminal(row.session_id, id, row.attempts), openPatienceMs)
    if (pipe === undefined) return refuse('command_not_running', `the terminal of ${id} is not there`)
    return action.kind === 'type'
      ? { ok: true, value: { taken: await type(pipe, Buffer.from(action.base64, 'base64')) } }
      : resize(pipe, action)
  }
}

/** How many of the bytes were taken. */
async function type(pipe: TerminalPipe, typed: Buffer): Promise<number> {
  let taken = 0
  const end = performance.now() + writePatienceMs
  for (const { line, bytes } of typedMessages(typed)) {
    if (!(await pipe.write(line, end - performance.now()))) break
    taken += bytes
  }
  return taken
}

async function resize(pipe: TerminalPipe, { columns, rows }: TerminalSize): Promise<LiveAnswer> {
  if (await pipe.write(sizeMessage({ columns, rows }), writePatienceMs))
    return { ok: true, value: { columns, rows } }
  return refuse('command_not_running', 'the program reads nothing of what is typed: its terminal is full')
}

const refuse = (code: ProblemCode, detail: string): LiveAnswer => ({ ok: false, code, detail })
