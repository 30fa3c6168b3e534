import { RequestRefused } from '../bridge.ts'
import type { Capabilities } from '../dap-messages.ts'

/**
 * What may be asked of lldb-dap, and the capability by which it says that it can: it aborts at much that it does not know.
 */
const requests: Readonly<Record<string, keyof Capabilities | null>> = {
  configurationDone: null,
  setBreakpoints: null,
  setFunctionBreakpoints: 'supportsFunctionBreakpoints',
  setExceptionBreakpoints: null,
  dataBreakpointInfo: 'supportsDataBreakpoints',
  setDataBreakpoints: 'supportsDataBreakpoints',
  continue: null,
  next: null,
  stepIn: null,
  stepOut: null,
  pause: null,
  threads: null,
  stackTrace: null,
  scopes: null,
  variables: null,
  setVariable: 'supportsSetVariable',
  evaluate: null,
  exceptionInfo: 'supportsExceptionInfoRequest',
  source: null,
  modules: 'supportsModulesRequest',
  disassemble: 'supportsDisassembleRequest',
  readMemory: 'supportsReadMemoryRequest',
  writeMemory: 'supportsWriteMemoryRequest',
}

/** Throws a RequestRefused where it must not be asked. */
export function requireRequest(command: string, capabilities: Capabilities): void {
  const needs = Object.hasOwn(requests, command) ? requests[command] : undefined
  if (needs === undefined || (needs !== null && capabilities[needs] !== true))
    throw new RequestRefused(`lldb-dap has no ${command}`)
}

/** Those that have a program go on, which a core dump does not. */
export const goesOn: ReadonlySet<string> = new Set(['continue', 'next', 'stepIn', 'stepOut', 'pause'])
