import { createInterface, type Interface } from 'node:readline'
import type { ConnectionFlags } from '../../../config/client/load.ts'
import { loadSettings } from '../../../config/client/load.ts'
import { CliError, usageError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Io, write } from '../io.ts'
import { wordsLike } from '../repl/read-order.ts'
import { Repl } from '../repl/repl.ts'
import { clientAs } from '../server-client.ts'
import { fieldValue } from '../value.ts'
import type { RenderContext } from '../words/words.ts'

type Flags = ConnectionFlags & {
  readonly json?: true
  readonly verbose?: true
  readonly debug?: string
  readonly wait?: string
}

/** How long a move may take where nobody is there to interrupt it, in seconds. */
const patience = 60

/** Talks to a debuggee: with a person at a terminal, otherwise with whoever has written the lines. */
export async function debugRepl(
  io: Io,
  flags: Flags,
  rendering: RenderContext,
  [session = '']: readonly string[],
): Promise<void> {
  if (flags.json) throw usageError('debug repl prints no JSON', 'use the commands of "debug-server debug"')
  const wait =
    flags.wait === undefined
      ? undefined
      : Number(fieldValue({ kind: 'number' }, '--wait', flags.wait, 'seconds'))
  await using client = await clientAs(io, await loadSettings(io, flags), flags)
  const named = flags.debug === undefined ? {} : { debug: flags.debug }
  const { id, session: whole } = await client.debug.status({ session, ...named, wait: 0 })
  const isTerminal = io.stdin.isTTY === true && io.stdout.isTTY === true
  const repl = new Repl({
    ...{ client, rendering, session: whole, debug: id },
    say: text => write(io.stdout, text, io.signal),
    patience: wait ?? (isTerminal ? undefined : patience),
  })
  await repl.open()
  await (isTerminal ? withPerson(io, repl) : withLines(io, repl))
  io.signal.throwIfAborted()
}

async function withPerson(io: Io, repl: Repl): Promise<void> {
  using lines = interfaceOf(io, {
    output: io.stdout,
    terminal: true,
    completer: (line: string) => [wordsLike(line), line],
  })
  let busy = false
  const ask = () => {
    lines.setPrompt(repl.prompt)
    lines.prompt()
  }
  const interruptIdle = async () => {
    io.stdout.write('\n')
    if (!(await repl.interruptIdle())) io.stdout.write('"quit" leaves, as Ctrl+D does\n')
    ask()
  }
  lines.on('SIGINT', () => {
    // What was begun to be typed is given up.
    lines.write(null, { ctrl: true, name: 'u' })
    void (busy ? repl.interrupt() : interruptIdle())
  })
  ask()
  for await (const line of lines) {
    busy = true
    if (!(await repl.take(line))) return
    busy = false
    ask()
  }
  io.stdout.write('\n')
}

async function withLines(io: Io, repl: Repl): Promise<void> {
  using lines = interfaceOf(io, {})
  let failures = 0
  for await (const line of lines) {
    if (!(await repl.take(line))) break
    if (repl.failed) failures++
  }
  if (failures > 0)
    throw new CliError(
      'lines_failed',
      exitCodes.failure,
      `${failures === 1 ? 'one line' : `${failures} lines`} could not be done`,
    )
}

function interfaceOf(io: Io, options: object): Interface & Disposable {
  const lines = createInterface({ input: io.stdin, signal: io.signal, ...options })
  return Object.assign(lines, { [Symbol.dispose]: () => lines.close() })
}
