import { RequestRefused } from '../bridge.ts'
import type { Capabilities } from '../dap-messages.ts'

/**
 * What may be asked of an adapter, and the capability by which it says that it can: of what they do not know some abort,
 * others never answer, or say yes and do something else.
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
export function requireRequest(command: string, capabilities: Capabilities, engine: string): void {
  const needs = Object.hasOwn(requests, command) ? requests[command] : undefined
  if (needs === undefined || (needs !== null && capabilities[needs] !== true))
    throw new RequestRefused(`${engine} has no ${command}`)
}
