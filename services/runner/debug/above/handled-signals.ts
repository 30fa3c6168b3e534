import { constants } from 'node:os'
import { type DebuggeeProcesses, statusOf } from './debuggee-processes.ts'

/** Whoever catches these mostly wants to tell of the crash: they are one all the same. */
const crashes: ReadonlySet<string> = new Set([
  'SIGSEGV',
  'SIGBUS',
  'SIGILL',
  'SIGFPE',
  'SIGABRT',
  'SIGTRAP',
  'SIGSYS',
])

/** Whether a debuggee that stands at a signal goes on from it: it has a handler for it, or ignores it. */
export async function handlesSignal(
  signal: string,
  processes: DebuggeeProcesses | undefined,
): Promise<boolean> {
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1]
  if (crashes.has(signal) || number === undefined || processes === undefined) return false
  const status = await statusOf(processes.debuggee.pid)
  return ['SigIgn', 'SigCgt'].some(field => isIn(maskOf(status, field), number))
}

/** A set of signals, as the kernel tells it: in hexadecimal, the first one being the last bit. */
export function maskOf(status: string, field: string): bigint {
  const [, digits = '0'] = new RegExp(`^${field}:\\s+([0-9a-f]+)$`, 'm').exec(status) ?? []
  return BigInt(`0x${digits}`)
}

export const isIn = (mask: bigint, signal: number): boolean => ((mask >> BigInt(signal - 1)) & 1n) === 1n
