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

/**
 * How long a terminal may take to be there, and a program to read what is typed, in milliseconds since that was asked for:
 * so who waits behind what a program does not read waits no longer than that.
 */
const openPatienceMs = 5_000
const writePatienceMs = 2_000

/** How many may wait for one terminal: what is typed into one must not keep the runner from answering about others. */
const mostWaiting = 8

/**
 * Passes on to the terminals of commands what is typed, each command's in the order it came. It needs no lease: what it
 * carries is the client's, and whoever is on this host can carry it.
 */
export class Terminals {
  readonly #context: Pick<RunnerContext, 'store' | 'files'>
  readonly #queues = new Map<CommandId, { waiting: number; last: Promise<unknown> }>()

  constructor(context: Pick<RunnerContext, 'store' | 'files'>) {
    this.#context = context
  }

  answer({ command, action }: Terminal): Promise<LiveAnswer> {
    const queue = this.#queues.get(command) ?? { waiting: 0, last: Promise.resolve() }
    if (queue.waiting >= mostWaiting)
      return Promise.resolve(
        refuse(
          'too_many_calls',
          `${mostWaiting} calls about the terminal of ${command} are not answered yet`,
        ),
      )
    this.#queues.set(command, queue)
    queue.waiting++
    const asked = performance.now()
    const answer = queue.last.then(() => this.#act(command, action, asked))
    queue.last = answer
      .catch(() => undefined)
      .then(() => {
        queue.waiting--
        if (queue.waiting === 0) this.#queues.delete(command)
      })
    return answer
  }

  async #act(id: CommandId, action: TerminalAction, asked: number): Promise<LiveAnswer> {
    const { store, files } = this.#context
    const row = await getCommand(store, id)
    if (row === undefined) return refuse('command_not_found', `there is no command ${id}`)
    if (terminalOf(row) === null) return refuse('no_terminal', `${id} was started without a terminal`)
    if (row.status !== 'running')
      return refuse(
        'command_not_running',
        commandHasEnded(row.status) ? `${id} has ended` : `${id} has not been started yet`,
      )
    using pipe = await TerminalPipe.open(
      files.terminal(row.session_id, id, row.attempts),
      asked + openPatienceMs,
    )
    if (pipe === undefined) return refuse('command_not_running', `the terminal of ${id} is not there`)
    const until = asked + writePatienceMs
    return action.kind === 'type'
      ? { ok: true, value: { taken: await type(pipe, Buffer.from(action.base64, 'base64'), until) } }
      : resize(pipe, action, until)
  }
}

/** How many of the bytes were taken. */
async function type(pipe: TerminalPipe, typed: Buffer, until: number): Promise<number> {
  let taken = 0
  for (const { line, bytes } of typedMessages(typed)) {
    if (!(await pipe.write(line, until))) break
    taken += bytes
  }
  return taken
}

async function resize(
  pipe: TerminalPipe,
  { columns, rows }: TerminalSize,
  until: number,
): Promise<LiveAnswer> {
  if (await pipe.write(sizeMessage({ columns, rows }), until)) return { ok: true, value: { columns, rows } }
  return refuse('command_not_running', 'the program reads nothing of what is typed: its terminal is full')
}

const refuse = (code: ProblemCode, detail: string): LiveAnswer => ({ ok: false, code, detail })
