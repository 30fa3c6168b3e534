import { z } from 'zod'
import type { DebugSession } from '../../../contract/debug-resources.ts'

/** What an editor may use where the engine has it: the request, and the capability that announces it. */
export const gatedRequests: ReadonlyMap<string, string> = new Map([
  ['breakpointLocations', 'supportsBreakpointLocationsRequest'],
  ['completions', 'supportsCompletionsRequest'],
  ['dataBreakpointInfo', 'supportsDataBreakpoints'],
  ['disassemble', 'supportsDisassembleRequest'],
  ['exceptionInfo', 'supportsExceptionInfoRequest'],
  ['goto', 'supportsGotoTargetsRequest'],
  ['gotoTargets', 'supportsGotoTargetsRequest'],
  ['loadedSources', 'supportsLoadedSourcesRequest'],
  ['modules', 'supportsModulesRequest'],
  ['readMemory', 'supportsReadMemoryRequest'],
  ['restartFrame', 'supportsRestartFrame'],
  ['reverseContinue', 'supportsStepBack'],
  ['setExpression', 'supportsSetExpression'],
  ['setVariable', 'supportsSetVariable'],
  ['stepBack', 'supportsStepBack'],
  ['stepInTargets', 'supportsStepInTargetsRequest'],
  ['writeMemory', 'supportsWriteMemoryRequest'],
])

/** Further ones that pass through us as they are. */
const passed = [
  ...['supportsConditionalBreakpoints', 'supportsFunctionBreakpoints', 'supportsLogPoints'],
  'supportsExceptionFilterOptions',
  ...['supportsClipboardContext', 'supportsEvaluateForHovers', 'supportsSingleThreadExecutionRequests'],
  ...['supportsSteppingGranularity', 'supportsValueFormattingOptions', 'supportsANSIStyling'],
  ...['completionTriggerCharacters', 'additionalModuleColumns', 'supportedChecksumAlgorithms'],
]

const filterSchema = z.looseObject({ filter: z.string() })
export const saidSchema = z.looseObject({
  exceptionBreakpointFilters: z.array(filterSchema).catch([]).default([]),
})
export type Said = z.infer<typeof saidSchema>

/** What the multiplexer does itself, whatever the engine has. */
const own = {
  supportsConfigurationDoneRequest: true,
  supportsTerminateRequest: true,
  supportTerminateDebuggee: true,
  supportsDelayedStackTraceLoading: true,
  // Hits are counted for an engine that counts none.
  supportsHitConditionalBreakpoints: true,
}

/** What is launched anew is the whole program, not a process that it has started. */
type Debuggee = Pick<DebugSession, 'parent'>

/** What is told to an editor: no more than the engine said that it has, and that comes through here. */
export function editorCapabilities(said: Said, { parent }: Debuggee): Record<string, unknown> {
  const names = [...new Set([...gatedRequests.values(), ...passed])]
  const has = names.filter(name => said[name] !== undefined && said[name] !== false)
  return {
    ...Object.fromEntries(has.map(name => [name, said[name]])),
    exceptionBreakpointFilters: said.exceptionBreakpointFilters,
    ...own,
    supportsRestartRequest: parent === null,
  }
}

/** The same to an editor that has been told of another engine, or of none: what this one has not is said as well. */
export function capabilitiesAnew(said: Said, debuggee: Debuggee): Record<string, unknown> {
  const switches = [...new Set([...gatedRequests.values(), ...passed])].filter(name =>
    name.startsWith('supports'),
  )
  const none = Object.fromEntries(switches.map(name => [name, false]))
  return { ...none, ...editorCapabilities(said, debuggee) }
}

/** Whether the engine has said that it has what this request needs. */
export function hasFor(said: Said, command: string): boolean {
  const capability = gatedRequests.get(command)
  return capability === undefined || said[capability] === true
}
