import type { CommandFailure } from '../../contract/command-state.ts'
import { wishOf } from '../../contract/debug-breakpoints.ts'
import type { DebugRequest } from '../../contract/debug-request.ts'
import type { AdapterLink } from './adapter-link.ts'
import type { DebuggeeBreakpoints } from './breakpoints/debuggee-breakpoints.ts'
import { cutText } from './cut-text.ts'
import { anyBodySchema } from './dap-messages.ts'
import type { DebuggeeProgram, EnginePlan } from './engine.ts'

/** What the protocol says at the beginning of every debug session, in two parts: before and after the launch. */

/** What this client can do. */
const client = {
  clientID: 'debug-server',
  clientName: 'Debug Server',
  locale: 'en',
  linesStartAt1: true,
  columnsStartAt1: true,
  pathFormat: 'path',
  supportsVariableType: true,
  supportsVariablePaging: false,
  supportsRunInTerminalRequest: false,
  supportsStartDebuggingRequest: false,
  supportsMemoryReferences: false,
  supportsProgressReporting: false,
  supportsInvalidatedEvent: false,
}

export type Prepared = { ok: true; program: DebuggeeProgram } | { ok: false; failure: CommandFailure }

export async function handshake(
  adapter: AdapterLink,
  plan: EnginePlan,
  initializeMs?: number,
): Promise<Prepared> {
  try {
    await adapter.initialize({ ...client, adapterID: plan.adapterId }, initializeMs)
    const begun = await plan.begin(adapter.client, adapter.next)
    return begun.ok ? begun : failed(begun.message)
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error))
  }
}

/**
 * Once the debuggee is there. `opened` is called when the adapter can be told where to stop; what it returns is waited for
 * before the debuggee runs. Rejects where the adapter refuses.
 */
export async function letRun(
  adapter: AdapterLink,
  plan: EnginePlan,
  request: DebugRequest,
  breakpoints: DebuggeeBreakpoints,
  opened: () => Promise<void>,
): Promise<void> {
  await adapter.initialized
  await breakpoints.addFirst(request.breakpoints.map(wishOf))
  const known = new Set(adapter.capabilities.exceptionBreakpointFilters.map(({ filter }) => filter))
  const filters = plan.exceptionFilters(request.exceptions).filter(filter => known.has(filter))
  await breakpoints.open(filters)
  await opened()
  if (adapter.capabilities.supportsConfigurationDoneRequest)
    await adapter.ask('configurationDone', {}, anyBodySchema)
}

const failed = (message: string): Prepared => ({
  ok: false,
  failure: { reason: 'debugger_failed', message: cutText(message).value },
})
