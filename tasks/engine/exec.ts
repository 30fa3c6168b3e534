import { monotonicMs } from '../../lib/monotonic.ts'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import { CommandError, type CommandFault, commandText } from './command-error.ts'
import { type Followed, follow, type TextFilter } from './commands/follow.ts'
import { startHere } from './commands/start-here.ts'
import type { CommandEnd, CommandOutcome, StartedCommand } from './commands/started-command.ts'
import type { Starters } from './commands/starters.ts'
import type { Exec, ExecOptions, ExecResult } from './context.ts'
import type { LogSource } from './events.ts'

const captureLimit = 64 * 2 ** 20
const logLimit = 2 ** 20

export interface ExecSetting {
  readonly scope: ProcessScope
  readonly signal: AbortSignal
  readonly cwd: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Start short commands faster than this process can, with the same environment. */
  readonly starters?: Starters | undefined
  readonly log: (source: LogSource, line: string) => void
  /** Takes secrets out of what commands print, before it is cut into lines; what is returned holds them. */
  readonly masked?: () => TextFilter
  /** Told when a command has printed something. */
  readonly heard?: (() => void) | undefined
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
  const { signal, starters, masked } = setting
  const { cwd = setting.cwd, env, input, output = 'log', check = true, timeoutMs } = options
  const log: ExecSetting['log'] = (source, line) => {
    options.heard?.(line)
    setting.log(source, line)
  }
  const heard =
    options.heard === undefined
      ? setting.heard
      : () => {
          options.heard?.()
          setting.heard?.()
        }
  signal.throwIfAborted()
  // A time limit ends this command and what it started, not the task's other commands.
  const scope = timeoutMs === undefined ? setting.scope : new ProcessScope({ within: setting.scope })
  const inherits = output === 'inherit'
  const environment = env === undefined ? setting.environment : { ...setting.environment, ...env }
  const here = () => startHere(scope, { file, args, cwd, environment, input, inherits })
  // A starter has neither our streams nor an input to hand on.
  const byStarters = inherits || input !== undefined ? undefined : starters
  const began = monotonicMs()
  const command = byStarters?.start(scope, { file, args, cwd, changes: env ?? {} }) ?? here()
  const followed = (started: StartedCommand) =>
    follow(started, {
      limit: output === 'capture' ? captureLimit : logLimit,
      ...(output === 'log' && { log }),
      ...(masked !== undefined && { masked }),
      heard,
    })
  let timedOut: Promise<unknown> | undefined
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => (timedOut = scope.end()), timeoutMs)
  let result: Followed
  try {
    if (inherits) setting.terminal(true)
    result = await followed(command)
    signal.throwIfAborted()
    // Now the system tells us why.
    if (result.outcome.kind === 'not-started' && timedOut === undefined) result = await followed(here())
  } finally {
    clearTimeout(timer)
    if (inherits) setting.terminal(false)
  }
  byStarters?.noticed(monotonicMs() - began)
  await timedOut
  signal.throwIfAborted()
  const { outcome, stdout, stderr } = result
  const overflow = output === 'capture' && (stdout.dropped || stderr.dropped)
  const judged = judge(outcome, { check, overflow, timeoutMs: timedOut && timeoutMs })
  if ('kind' in judged) {
    const said = stderr.lastLines(10)
    throw new CommandError(commandText(file, args), judged, said.length > 0 ? said : stdout.lastLines(10))
  }
  return { ...judged, stdout: stdout.text(), stderr: stderr.text() }
}

interface Strictness {
  readonly check: boolean
  readonly overflow: boolean
  /** Where that was reached. */
  readonly timeoutMs: number | undefined
}

function judge(
  outcome: CommandOutcome,
  { check, overflow, timeoutMs }: Strictness,
): CommandEnd | CommandFault {
  if (timeoutMs !== undefined) return { kind: 'timeout', timeoutMs }
  if (outcome.kind === 'not-started') return { kind: 'lost', how: 'could not start it' }
  if (outcome.kind === 'lost') return outcome
  if (overflow) return { kind: 'too-much-output', limit: captureLimit }
  const { exitCode, signal } = outcome
  if (!check || exitCode === 0) return { exitCode, signal }
  return signal === null ? { kind: 'exit', code: exitCode ?? -1 } : { kind: 'signal', signal }
}
