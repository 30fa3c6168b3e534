import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { monotonicMs } from '../../lib/monotonic.ts'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import { UserError } from '../../lib/user-error.ts'
import { CommandError, type CommandFault, commandText } from './command-error.ts'
import type { Exec, ExecOptions, ExecResult } from './context.ts'
import type { LogSource } from './events.ts'
import { LineSplitter } from './lines.ts'
import { OutputTail } from './output-tail.ts'

const captureLimit = 64 * 2 ** 20
const logLimit = 2 ** 20
/** How long a stream may stay open after its command has ended, for a daemon may hold it for ever. */
const drainMs = 100

/** Passes a text on that comes in pieces, changed. */
export interface TextFilter {
  push(text: string): string
  end(): string
}

export interface ExecSetting {
  readonly scope: ProcessScope
  readonly signal: AbortSignal
  readonly cwd: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly log: (source: LogSource, line: string) => void
  /** Takes secrets out of what commands print, before it is cut into lines; what is returned holds them. */
  readonly masked?: () => TextFilter
  /** Told when a command takes the terminal and when it gives it back. */
  readonly terminal: (taken: boolean) => void
}

/** The `exec` of one task. It does not end commands when the task is aborted: ending the scope does. */
export function createExec(setting: ExecSetting): Exec {
  return (file, args = [], options = {}) => run(setting, file, args, options)
}

async function run(
  setting: ExecSetting,
  file: string,
  args: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  const { signal, log, masked } = setting
  const { cwd = setting.cwd, env, input, output = 'log', check = true, timeoutMs } = options
  signal.throwIfAborted()
  // A time limit ends this command and what it started, not the task's other commands.
  const scope = timeoutMs === undefined ? setting.scope : new ProcessScope({ within: setting.scope })
  const inherits = output === 'inherit'
  const child = scope.spawn(file, args, {
    cwd,
    env: env === undefined ? setting.environment : { ...setting.environment, ...env },
    stdio: inherits
      ? [input === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit']
      : [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  const ended = untilExit(child, file, cwd)
  // Whoever closes its stdin early just does not read it.
  child.stdin?.on('error', () => {}).end(input)
  const limit = output === 'capture' ? captureLimit : logLimit
  const stdout = new OutputTail(limit)
  const stderr = new OutputTail(limit)
  const streams = [
    collect(child.stdout, stdout, output === 'log' ? line => log('stdout', line) : undefined, masked?.()),
    collect(child.stderr, stderr, output === 'log' ? line => log('stderr', line) : undefined, masked?.()),
  ]
  let timedOut: Promise<unknown> | undefined
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => (timedOut = scope.end()), timeoutMs)
  let end: { exitCode: number | null; signal: NodeJS.Signals | null }
  try {
    if (inherits) setting.terminal(true)
    end = await ended
    await drained(child, streams)
  } finally {
    clearTimeout(timer)
    if (inherits) setting.terminal(false)
    for (const stream of streams) stream.end()
  }
  await timedOut
  signal.throwIfAborted()
  const fault = faultOf(
    end,
    check,
    output === 'capture' && (stdout.dropped || stderr.dropped),
    timedOut && timeoutMs,
  )
  if (fault !== undefined) {
    const said = stderr.lastLines(10)
    throw new CommandError(commandText(file, args), fault, said.length > 0 ? said : stdout.lastLines(10))
  }
  return { ...end, stdout: stdout.text(), stderr: stderr.text() }
}

function faultOf(
  { exitCode, signal }: { exitCode: number | null; signal: string | null },
  check: boolean,
  overflow: boolean,
  timeoutMs: number | undefined,
): CommandFault | undefined {
  if (timeoutMs !== undefined) return { kind: 'timeout', timeoutMs }
  if (overflow) return { kind: 'too-much-output', limit: captureLimit }
  if (!check || exitCode === 0) return undefined
  return signal === null ? { kind: 'exit', code: exitCode ?? -1 } : { kind: 'signal', signal }
}

function untilExit(child: ChildProcess, file: string, cwd: string) {
  return new Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
    child.once('error', (cause: NodeJS.ErrnoException) => {
      if (!existsSync(cwd))
        reject(new UserError(`${file} cannot run in ${cwd}: no such directory`, { cause }))
      else if (cause.code === 'ENOENT') {
        reject(new UserError(`${file} is not found`, { fix: 'install it, or put it on PATH', cause }))
      } else if (cause.code === 'EACCES') {
        reject(new UserError(`${file} may not be executed`, { fix: `chmod +x ${file}`, cause }))
      } else reject(cause)
    })
  })
}

interface Collected {
  readonly closed: Promise<void>
  lastData: number
  end(): void
}

function collect(
  stream: Readable | null,
  tail: OutputTail,
  line?: (line: string) => void,
  filter?: TextFilter,
): Collected {
  const lines = line === undefined ? undefined : new LineSplitter(line)
  // Made when something comes: many commands say nothing.
  let decoder: StringDecoder | undefined
  const take = (text: string) => {
    if (text === '') return
    tail.push(text)
    lines?.push(filter?.push(text) ?? text)
  }
  const closed = new Promise<void>(resolve => {
    if (stream === null) resolve()
    else stream.once('close', resolve)
  })
  const collected: Collected = {
    closed,
    lastData: 0,
    end: () => {
      stream?.destroy()
      take(decoder?.end() ?? '')
      lines?.push(filter?.end() ?? '')
      lines?.end()
    },
  }
  stream?.on('data', (bytes: Buffer) => {
    collected.lastData = monotonicMs()
    decoder ??= new StringDecoder('utf8')
    take(decoder.write(bytes))
  })
  return collected
}

/** Waits until both streams are closed, or nothing has come for a while from a stream that others hold open. */
async function drained(child: ChildProcess, streams: readonly Collected[]): Promise<void> {
  if (child.pid === undefined) return
  let open = true
  const closed = Promise.all(streams.map(stream => stream.closed)).then(() => {
    open = false
  })
  const start = monotonicMs()
  while (open && monotonicMs() - start < 10 * drainMs) {
    let timer: NodeJS.Timeout | undefined
    await Promise.race([closed, new Promise(resolve => (timer = setTimeout(resolve, drainMs)))])
    clearTimeout(timer)
    const latest = Math.max(start, ...streams.map(stream => stream.lastData))
    if (monotonicMs() - latest >= drainMs) return
  }
}
