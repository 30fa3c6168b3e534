import { StringDecoder } from 'node:string_decoder'
import { monotonicMs } from '../../../lib/monotonic.ts'
import type { LogSource } from '../events.ts'
import { LineSplitter } from '../lines.ts'
import { OutputTail } from '../output-tail.ts'
import type { CommandOutcome, CommandOutput, StartedCommand } from './started-command.ts'

/** How long a stream may stay open after its command has ended, for a daemon may hold it for ever. */
const drainMs = 100

/** Passes a text on that comes in pieces, changed. */
export interface TextFilter {
  push(text: string): string
  end(): string
}

export interface FollowSetting {
  /** How much of each stream is kept, in characters. */
  readonly limit: number
  readonly log?: (source: LogSource, line: string) => void
  readonly masked?: () => TextFilter
  /** Told when something has come, lines that have not ended included. */
  readonly heard?: (() => void) | undefined
}

export interface Followed {
  readonly outcome: CommandOutcome
  readonly stdout: OutputTail
  readonly stderr: OutputTail
}

/** Takes what a command says until it has ended, and a little longer where others hold its streams. */
export async function follow(
  command: StartedCommand,
  { limit, log, masked, heard }: FollowSetting,
): Promise<Followed> {
  const stdout = new OutputTail(limit)
  const stderr = new OutputTail(limit)
  const streams = [
    collect(command.stdout, stdout, {
      line: log && (line => log('stdout', line)),
      filter: masked?.(),
      heard,
    }),
    collect(command.stderr, stderr, {
      line: log && (line => log('stderr', line)),
      filter: masked?.(),
      heard,
    }),
  ]
  try {
    const outcome = await command.outcome
    await drained(streams)
    return { outcome, stdout, stderr }
  } finally {
    for (const stream of streams) stream.end()
  }
}

interface Collected {
  readonly closed: Promise<void>
  lastData: number
  end(): void
}

interface Listening {
  readonly line: ((line: string) => void) | undefined
  readonly filter: TextFilter | undefined
  readonly heard: FollowSetting['heard']
}

function collect(
  output: CommandOutput | undefined,
  tail: OutputTail,
  { line, filter, heard }: Listening,
): Collected {
  const lines = line === undefined ? undefined : new LineSplitter(line)
  // Made when something comes: many commands say nothing.
  let decoder: StringDecoder | undefined
  const take = (text: string) => {
    if (text === '') return
    tail.push(text)
    lines?.push(filter?.push(text) ?? text)
  }
  const collected: Collected = {
    closed: output?.closed ?? Promise.resolve(),
    lastData: 0,
    end: () => {
      output?.stop()
      take(decoder?.end() ?? '')
      lines?.push(filter?.end() ?? '')
      lines?.end()
    },
  }
  output?.take(bytes => {
    collected.lastData = monotonicMs()
    heard?.()
    decoder ??= new StringDecoder('utf8')
    take(decoder.write(bytes))
  })
  return collected
}

/** Waits until both streams are closed, or nothing has come for a while from a stream that others hold open. */
async function drained(streams: readonly Collected[]): Promise<void> {
  let open = true
  const closed = Promise.all(streams.map(stream => stream.closed)).then(() => {
    open = false
  })
  const start = monotonicMs()
  while (open && monotonicMs() - start < 10 * drainMs) {
    let timer: NodeJS.Timeout | undefined
    await Promise.race([closed, new Promise(resolve => (timer = setTimeout(resolve, drainMs)))])
    clearTimeout(timer)
    if (!open) return
    // Who was held up himself may hear of the time first, and of what had come meanwhile afterwards.
    await new Promise(setImmediate)
    const latest = Math.max(start, ...streams.map(stream => stream.lastData))
    if (monotonicMs() - latest >= drainMs) return
  }
}
