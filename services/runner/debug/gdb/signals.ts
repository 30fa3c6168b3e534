import { constants } from 'node:os'

/** Which signals of the program stop it, and what they are called. */

/** An error of the program itself has caused it, and ends it. */
const errors = ['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGABRT', 'SIGSYS'] as const
/** Somebody has sent it, or a limit was passed; whoever does not expect it is ended by it. */
const requests = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGPIPE',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGXCPU',
  'SIGXFSZ',
] as const
/** Those that gdb would stop at besides, and that mean no end. */
const others = ['SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGCONT', 'SIGPWR'] as const

/**
 * gdb's commands for that. A SIGTRAP that is none of gdb's own is an instruction for a debugger, and SIGSTOP is how the
 * program is paused: they stop always. None is kept from the program.
 */
export const signalCommands = (stopsAt: { errors: boolean; requests: boolean }): string[] => [
  handle(errors, stopsAt.errors),
  handle(requests, stopsAt.requests),
  handle(others, false),
]

const handle = (signals: readonly string[], stops: boolean): string =>
  `handle ${signals.join(' ')} ${stops ? 'stop print pass' : 'nostop noprint pass'}`

/** By which the program is paused. */
export const pauseSignal = 'SIGSTOP'

/** As a shell tells it: 128 and the signal's number. */
export function exitCodeOf(signal: string): number {
  const numbers: Readonly<Record<string, number>> = constants.signals
  return 128 + (numbers[signal] ?? realTimeSignal(signal) ?? 0)
}

/** Those that have no name of their own: SIG34 and on. */
function realTimeSignal(signal: string): number | undefined {
  const digits = /^SIG(\d{1,3})$/.exec(signal)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
