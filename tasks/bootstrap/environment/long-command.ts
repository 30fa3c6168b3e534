import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { UserError } from '../../../lib/user-error.ts'
import { LineSplitter } from '../../engine/lines.ts'
import type { Bench } from './bench.ts'

export type LongCommand = {
  /** As an error names it: `conda env create`. */
  what: string
  file: string
  args: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  deadlineMs: number
  /** Ended after this long without a line, for it then waits for something that never comes. */
  silenceMs: number
  fix?: string
}

const linesKept = 12

/**
 * A command of minutes: what it says goes into the task's log and is shown as progress, and it has two deadlines, for
 * the whole and for silence. What it says last is in the error when it fails. It dies with all that it started.
 */
export async function runLong(bench: Bench, command: LongCommand): Promise<void> {
  const { what, file, args, env, deadlineMs, silenceMs, fix } = command
  bench.signal.throwIfAborted()
  await using scope = new ProcessScope({ within: bench.scope })
  const last: string[] = []
  let ending: string | undefined
  const endFor = (reason: string) => {
    ending ??= reason
    void scope.end()
  }
  const deadline = setTimeout(() => endFor(`did not end within ${deadlineMs / 1000} s`), deadlineMs)
  const silence = setTimeout(() => endFor(`said nothing for ${silenceMs / 1000} s`), silenceMs)
  const abort = () => endFor('was cancelled')
  bench.signal.addEventListener('abort', abort)
  const child = scope.spawn(file, args, {
    env: defined({ ...bench.environment, ...bench.variables, ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const hear = (line: string) => {
    bench.log(line)
    if (line.trim() === '') return
    bench.progress(line.trim())
    last.push(line)
    if (last.length > linesKept) last.shift()
  }
  const splitters = [child.stdout, child.stderr].map(stream => {
    const lines = new LineSplitter(hear)
    stream?.setEncoding('utf8').on('data', text => {
      silence.refresh()
      lines.push(text)
    })
    return lines
  })
  const closed = new Promise(resolve => child.once('close', resolve))
  try {
    const end = await endOf(child, what)
    await scope.end()
    // What it wrote last is still in the pipes, which nobody holds any more.
    await Promise.race([closed, delay(1_000, undefined, { ref: false })])
    for (const lines of splitters) lines.end()
    bench.signal.throwIfAborted()
    const fault = ending ?? end
    if (fault === undefined) return
    throw new UserError([`${what} ${fault}`, ...last.map(line => `  ${line}`)].join('\n'), { fix })
  } finally {
    clearTimeout(deadline)
    clearTimeout(silence)
    bench.signal.removeEventListener('abort', abort)
  }
}

/** How it failed, or undefined. */
function endOf(child: ChildProcess, what: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    child.once('error', cause =>
      reject(new UserError(`${what} cannot be started: ${cause.message}`, { cause })),
    )
    child.once('exit', (code, signal) => {
      if (code === 0) resolve(undefined)
      else resolve(signal === null ? `failed with exit code ${code}` : `was ended by ${signal}`)
    })
  })
}

const defined = (
  variables: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined))
