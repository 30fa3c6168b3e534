import type { CommandEnd } from './started-command.ts'

/** A command for `starter.pl`. */
export interface CommandRequest {
  readonly file: string
  readonly args: readonly string[]
  /** Absolute. */
  readonly cwd: string
  /** What is set on top of the environment of all; undefined removes. */
  readonly changes: Environment
}

type Environment = Readonly<Record<string, string | undefined>>

/** The first frame. Undefined where the system takes no such environment. */
export function firstFrame(marker: string, environment: Environment): string | undefined {
  const set = Object.entries(environment).filter(([, value]) => value !== undefined)
  if (set.some(([name]) => name === '')) return undefined
  return frame([marker, ...set.map(([name, value]) => `${name}=${value}`)])
}

/** Undefined for what cannot be said in a frame, or names no program: the system has an error for it. */
export function commandFrame({ file, args, cwd, changes }: CommandRequest): string | undefined {
  const changed = Object.entries(changes).map(([name, value]) =>
    value === undefined ? name : `${name}=${value}`,
  )
  if (file === '' || changed.some(change => change === '' || change.startsWith('='))) return undefined
  return frame([cwd, String(changed.length), ...changed, file, ...args])
}

function frame(fields: readonly string[]): string | undefined {
  if (fields.some(field => field.includes('\0'))) return undefined
  const text = fields.join('\0')
  return `${Buffer.byteLength(text)}\n${text}`
}

export interface EndReport {
  readonly kind: 'ended'
  /** 0 where there was no process. */
  readonly pid: number
  readonly end: CommandEnd
}

/** What `starter.pl` tells. */
export type Report = EndReport | { readonly kind: 'ready' | 'failed' }

/** Undefined for what it never says. */
export function parseReport(line: string): Report | undefined {
  if (line === 'ready' || line === 'failed') return { kind: line }
  const [, pid, status] = /^ended (\d+) (\d+)$/.exec(line) ?? []
  if (pid === undefined || status === undefined) return undefined
  return { kind: 'ended', pid: Number(pid), end: endOf(Number(status)) }
}

/** A status as of wait(2). */
function endOf(status: number): CommandEnd {
  const signal = status & 0x7f
  if (signal === 0) return { exitCode: status >> 8, signal: null }
  return { exitCode: null, signal: signalName(signal) }
}

function signalName(number: number): string {
  const { signals } = process.getBuiltinModule('node:os').constants
  const found = Object.entries(signals).find(([, value]) => value === number)
  return found?.[0] ?? `SIG${number}`
}
