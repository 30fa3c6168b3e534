import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import { openly } from '../../sandbox/enclosure.ts'
import { askProgram } from '../ask-program.ts'

const program = readFileSync(join(import.meta.dirname, 'debug_registers.py'), 'utf8')

let known: boolean | undefined

/**
 * Whether this machine's processor stops a program where it writes to what is watched, as data breakpoints have it. Tried once;
 * where it cannot be (no python3, no `ptrace`, another processor), it is taken to.
 */
export async function hasDebugRegisters(scope: ProcessScope): Promise<boolean> {
  if (known !== undefined || process.arch !== 'x64') return known ?? true
  const words = ['python3', '-I', '-S', '-c', program]
  const said = (
    await askProgram(scope, { words, environment: { PATH: process.env.PATH ?? '' } }, openly)
  )?.trim()
  if (said === 'yes' || said === 'no') known = said === 'yes'
  return known ?? true
}
