import { closeSync, openSync, readSync } from 'node:fs'
import { environmentReader } from '../../../../lib/processes/process-table.ts'
import type { DebugEngine } from '../../../contract/debug-state.ts'
import { cameWithAgent } from '../node/agent-environment.ts'
import { programOf } from './session-processes.ts'

const native = ['gdb', 'lldb-dap'] as const satisfies readonly DebugEngine[]
const elf = Buffer.from('\x7fELF', 'latin1')
const headBytes = 16_384
/** Of the note that Go's linker puts into every program: its type and name. */
const goNote = Buffer.from('\x04\0\0\0Go\0\0', 'latin1')

/** Which debuggers a process can have, by the file that it runs; none where that cannot be looked at. The usual one is first. */
export function enginesOfProcess(hostPid: number): readonly DebugEngine[] {
  const name = programOf(hostPid)
  const head = headOf(`/proc/${hostPid}/exe`)
  if (head?.indexOf(elf) !== 0) return []
  if (/^python(?:\d|$)/.test(name)) return ['debugpy', ...native]
  if (name === 'node' || name === 'nodejs') return ['node', ...native]
  return head.includes(goNote) ? ['delve', ...native] : native
}

/** Whether a process of Node.js came with the agent of its debugger: then it can have no other of that kind. */
export const hasAgent = (hostPid: number): boolean =>
  cameWithAgent(name => Buffer.from(environmentReader()(hostPid, name) ?? '', 'latin1').toString())

/** Those that are tried where nobody has chosen one: the one for its language, or what there is for native programs. */
export const usualEngines = ([first, ...others]: readonly DebugEngine[]): readonly DebugEngine[] => {
  if (first === undefined) return []
  return first === 'gdb' ? [first, ...others] : [first]
}

function headOf(path: string): Buffer | undefined {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const bytes = Buffer.alloc(headBytes)
    return bytes.subarray(0, readSync(file, bytes))
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
