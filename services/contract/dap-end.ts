import type { DapAnswer } from './dap.ts'
import type { DebugEnd } from './debug-state.ts'

/** How the debug session of a process has ended that another has started, in events of the protocol. Null: it is not known. */
export function dapEnd(end: DebugEnd | null): DapAnswer[] {
  const terminated = event('terminated', {})
  if (end === null) return [terminated]
  const { exit_code: exitCode, reason, message } = end
  if (exitCode !== null) return [event('exited', { exitCode }), terminated]
  if (reason === 'terminated') return [terminated]
  return [event('output', { category: 'important', output: `${message}\n` }), terminated]
}

const event = (name: string, body: object): DapAnswer => ({ type: 'event', event: name, body })
