import type { z } from 'zod'
import { compiledSchema } from '../../../../lib/compiled-schema.ts'
import { debugOperations } from '../../../contract/operations/debug.ts'
import type { LiveOperationName } from '../../../contract/runner-messages.ts'
import { diff } from '../above/diff.ts'
import type { Family } from '../above/family.ts'
import { recorded, trace, watch } from '../above/probe-operations.ts'
import { runToFailure } from '../above/run-to-failure.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import { setBreakpoints } from './breakpoints.ts'
import { control, viewers } from './control.ts'
import { evaluate } from './evaluate.ts'
import { exception } from './exception.ts'
import { goOn, pause, until } from './go-on.ts'
import { scopes, stack } from './inspect.ts'
import { status, terminate } from './lifetime.ts'
import { disassemble, memory, writeMemory } from './memory.ts'
import { modules } from './modules.ts'
import { setValue } from './set-value.ts'
import { loadedSources, source } from './sources.ts'
import { threads } from './threads.ts'
import { variables } from './variables.ts'

/** What needs a debugger; a replay has its record instead. */
export type PerformedName = Exclude<LiveOperationName, 'debug.replay'>

type Perform = (live: LiveDebugSession, input: Record<string, unknown>, family: Family) => Promise<unknown>

/** Each operation on a live debugger, its input parsed as the contract says. */
const operations: Record<PerformedName, Perform> = {
  'debug.status': parsing(debugOperations['debug.status'].input, status),
  'debug.break': parsing(debugOperations['debug.break'].input, setBreakpoints),
  'debug.continue': parsing(debugOperations['debug.continue'].input, goOn('continue')),
  'debug.next': parsing(debugOperations['debug.next'].input, goOn('next')),
  'debug.step_in': parsing(debugOperations['debug.step_in'].input, goOn('stepIn')),
  'debug.step_out': parsing(debugOperations['debug.step_out'].input, goOn('stepOut')),
  'debug.step_back': parsing(debugOperations['debug.step_back'].input, goOn('stepBack')),
  'debug.until': parsing(debugOperations['debug.until'].input, until),
  'debug.pause': parsing(debugOperations['debug.pause'].input, pause),
  'debug.threads': parsing(debugOperations['debug.threads'].input, threads),
  'debug.stack': parsing(debugOperations['debug.stack'].input, stack),
  'debug.scopes': parsing(debugOperations['debug.scopes'].input, scopes),
  'debug.variables': parsing(debugOperations['debug.variables'].input, variables),
  'debug.evaluate': parsing(debugOperations['debug.evaluate'].input, evaluate),
  'debug.set': parsing(debugOperations['debug.set'].input, setValue),
  'debug.source': parsing(debugOperations['debug.source'].input, source),
  'debug.sources': parsing(debugOperations['debug.sources'].input, loadedSources),
  'debug.modules': parsing(debugOperations['debug.modules'].input, modules),
  'debug.exception': parsing(debugOperations['debug.exception'].input, exception),
  'debug.disassemble': parsing(debugOperations['debug.disassemble'].input, disassemble),
  'debug.memory': parsing(debugOperations['debug.memory'].input, memory),
  'debug.write_memory': parsing(debugOperations['debug.write_memory'].input, writeMemory),
  'debug.terminate': parsing(debugOperations['debug.terminate'].input, terminate),
  'debug.control': parsing(debugOperations['debug.control'].input, control),
  'debug.viewers': parsing(debugOperations['debug.viewers'].input, viewers),
  'debug.trace': parsing(debugOperations['debug.trace'].input, trace),
  'debug.watch': parsing(debugOperations['debug.watch'].input, watch),
  'debug.recorded': parsing(debugOperations['debug.recorded'].input, recorded),
  'debug.diff': parsing(debugOperations['debug.diff'].input, diff),
  'debug.run_to_failure': parsing(debugOperations['debug.run_to_failure'].input, runToFailure),
}

export const perform = (
  live: LiveDebugSession,
  operation: PerformedName,
  input: Record<string, unknown>,
  family: Family = { root: live, members: () => [live] },
): Promise<unknown> => operations[operation](live, input, family)

function parsing<Schema extends z.ZodType>(
  schema: Schema,
  work: (live: LiveDebugSession, input: z.output<Schema>, family: Family) => Promise<unknown>,
): Perform {
  return async (live, input, family) => {
    // Which one is meant has been found out: whoever asks may leave it away.
    const parsed = compiledSchema(schema).safeParse({ session: live.identity.session, ...input })
    if (!parsed.success)
      throw new Refusal('invalid_input', parsed.error.issues.map(({ message }) => message).join('; '))
    return work(live, parsed.data, family)
  }
}
