import { StringDecoder } from 'node:string_decoder'
import { commandHasEnded } from '../../contract/command-state.ts'
import type { DapAnswer } from '../../contract/dap.ts'
import type { LogStream } from '../../contract/log-message.ts'
import { type SessionJoined, toCommand } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'
import type { Caller } from '../access.ts'
import type { Context } from '../context.ts'
import { recordedLength } from '../logs/log-length.ts'
import { logOf } from '../logs/masked-log.ts'
import { openLog } from '../logs/open-log.ts'

/** How much of what was written before it came a client is told, of each stream, in bytes. */
const mostBefore = 65_536

export type Debuggee = { readonly session: SessionJoined; readonly command: CommandRow } & {
  /** Whether it ends with its command: a process that another has started may end before. */
  readonly ends: boolean
  readonly caller: Caller
  readonly gone: AbortSignal
}

/**
 * What a debuggee writes, as DAP's events, then its end: from the log and the store, which tell both also where no debugger
 * is there any more. Ends where the log does; what the end of a log says besides is the caller's affair.
 */
export async function* dapOutput(
  context: Context,
  { session, command, ends, caller, gone }: Debuggee,
): AsyncGenerator<DapAnswer> {
  const start = {
    sequence: command.sequence,
    offsets: {
      stdout: await beginning(context, command, 'stdout'),
      stderr: await beginning(context, command, 'stderr'),
    },
  }
  const streams = ['stdout', 'stderr'] as const
  const source = { session, command, streams, start, follow: true }
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') }
  for await (const event of openLog(context, source, {
    format: 'json',
    operation: 'debug.output',
    caller,
    gone,
  })) {
    if (event.type === 'output') {
      const output = decoders[event.stream].write(event.data)
      event.release?.()
      if (output !== '') yield { type: 'event', event: 'output', body: { category: event.stream, output } }
    } else if (ends && event.type === 'command' && commandHasEnded(event.row.status)) yield* ended(event.row)
  }
}

function* ended(row: CommandRow): Generator<DapAnswer> {
  const { failure, exit_code } = toCommand(row)
  if (failure !== null && failure.reason !== 'ended_by_debugger' && failure.reason !== 'detached')
    yield importantOutput(failure.message)
  if (exit_code !== null) yield { type: 'event', event: 'exited', body: { exitCode: exit_code } }
  yield terminated
}

export const terminated: DapAnswer = { type: 'event', event: 'terminated', body: {} }

/** Where it stood it stands no more. */
export const continued: DapAnswer = {
  ...{ type: 'event', event: 'continued' },
  body: { threadId: 0, allThreadsContinued: true },
}

export const consoleOutput = (text: string): DapAnswer => ({
  ...{ type: 'event', event: 'output' },
  body: { category: 'console', output: `${text}\n` },
})

/** What an editor shows to its user whatever it shows of the program. */
export const importantOutput = (text: string): DapAnswer => ({
  ...{ type: 'event', event: 'output' },
  body: { category: 'important', output: `${text}\n` },
})

/** Where a log begins for who comes late. */
async function beginning(context: Context, command: CommandRow, stream: LogStream): Promise<number> {
  await using file = logOf(context, command, stream)
  return Math.max(0, (await file.end(recordedLength(command, stream))) - mostBefore)
}
