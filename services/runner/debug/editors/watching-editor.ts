import type { DapRequest } from '../../../contract/dap.ts'
import { Refusal } from '../refusal.ts'

/** What an editor may ask for whose user has the role to watch: it looks, and changes nothing for anybody. */
const looks = new Set([
  ...['initialize', 'attach', 'configurationDone', 'disconnect'],
  ...['threads', 'stackTrace', 'scopes', 'variables', 'source', 'exceptionInfo', 'breakpointLocations'],
  ...['loadedSources', 'modules', 'disassemble', 'readMemory'],
])
/** Sent unasked by every editor: each of them is answered as not set. */
const breakpoints = new Map([
  ...['setBreakpoints', 'setFunctionBreakpoints', 'setDataBreakpoints', 'setInstructionBreakpoints'].map(
    command => [command, 'breakpoints'] as const,
  ),
  ['setExceptionBreakpoints', 'filters'] as const,
])

const why = 'you watch this debugger: who controls it may change what it does'

/** Capabilities that are of no use to one that watches. */
const withheld = [
  ...['supportsSetVariable', 'supportsSetExpression', 'supportsWriteMemoryRequest', 'supportsStepBack'],
  ...['supportsRestartFrame', 'supportsGotoTargetsRequest', 'supportsStepInTargetsRequest'],
  ...['supportsEvaluateForHovers', 'supportsCompletionsRequest', 'supportsDataBreakpoints'],
  ...['supportsTerminateRequest', 'supportTerminateDebuggee', 'supportsRestartRequest'],
]

export const watchingCapabilities = (all: Record<string, unknown>): Record<string, unknown> => ({
  ...all,
  ...Object.fromEntries(withheld.filter(name => name in all).map(name => [name, false])),
})

/** The answer to what it may not do, where it has one that hurts nobody; undefined where it may. Throws a Refusal otherwise. */
export function answerToWatcher({ command, arguments: given }: DapRequest): object | undefined {
  const listed = breakpoints.get(command)
  if (listed !== undefined) {
    const asked = given?.[listed]
    const told = { verified: false, message: why }
    return { breakpoints: Array.isArray(asked) ? asked.map(() => told) : [] }
  }
  if (looks.has(command) && given?.terminateDebuggee !== true) return undefined
  throw new Refusal('role_insufficient', `${command.slice(0, 100)}: ${why}`)
}
