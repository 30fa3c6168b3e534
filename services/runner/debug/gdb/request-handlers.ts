import type { z } from 'zod'
import { traceAskedSchema } from '../above/trace-request.ts'
import { shellContext } from '../engine.ts'
import * as requests from './dap-requests.ts'
import { disassemble } from './disassembly.ts'
import { exceptionInfo } from './exception-info.ts'
import { placeOf, stackTrace } from './frames.ts'
import type { GdbSession } from './gdb-session.ts'
import { addressOf, readMemory, writeMemory } from './memory.ts'
import { threadInfoSchema } from './mi-answers.ts'
import { MiRefusal } from './mi-client.ts'
import { consoleCommand } from './mi-words.ts'
import { modulesOf } from './modules.ts'
import { refuseCommands, runCommand } from './own-commands.ts'
import { signalCommands } from './signals.ts'
import { begin } from './target.ts'
import type { Variable } from './variables.ts'
import { dataIdOf } from './watched.ts'

/** Answers to one request of the protocol; rejects with a MiRefusal where there is none. */
type Perform = (session: GdbSession, parameters: object) => Promise<unknown>

/** The requests that need gdb. */
export const requestHandlers: Readonly<Record<string, Perform>> = {
  setBreakpoints: parsing(requests.setBreakpointsSchema, ({ breakpoints }, asked) =>
    breakpoints.inLines(asked),
  ),
  setFunctionBreakpoints: parsing(requests.setFunctionBreakpointsSchema, ({ breakpoints }, asked) =>
    breakpoints.atFunctions(asked),
  ),
  setInstructionBreakpoints: parsing(requests.setInstructionBreakpointsSchema, ({ breakpoints }, asked) =>
    breakpoints.atInstructions(asked),
  ),
  setDataBreakpoints: parsing(requests.setDataBreakpointsSchema, ({ breakpoints }, asked) =>
    breakpoints.onData(asked),
  ),
  dataBreakpointInfo: parsing(requests.dataBreakpointInfoSchema, dataBreakpointInfo),
  setExceptionBreakpoints: parsing(requests.setExceptionBreakpointsSchema, async (session, { filters }) => {
    const stopsAt = { errors: filters.includes('errors'), requests: filters.includes('signals') }
    const signals = signalCommands(stopsAt).map(command => session.gdb.tell(consoleCommand(command)))
    await Promise.all([...signals, session.breakpoints.onExceptions(filters)])
    return {}
  }),
  configurationDone: async ({ gdb, execution, target }) => {
    await begin(gdb, execution, target)
    return {}
  },

  continue: async ({ execution }) => {
    await execution.continue()
    return { allThreadsContinued: true }
  },
  next: stepping('next'),
  stepIn: stepping('stepIn'),
  stepOut: stepping('stepOut'),
  pause: async ({ execution }) => {
    await execution.pause()
    return {}
  },

  threads: async ({ gdb }) => {
    const { threads } = await gdb.ask('-thread-info', threadInfoSchema)
    return {
      threads: threads
        .map(({ id, name, 'target-id': target }) => ({ id, name: name ?? target ?? `thread ${id}` }))
        .toSorted((one, other) => one.id - other.id),
    }
  },
  stackTrace: parsing(requests.stackTraceSchema, ({ gdb }, asked) => stackTrace(gdb, asked)),
  scopes: parsing(requests.scopesSchema, async ({ execution, variables }, { frameId }) => {
    execution.stop
    return { scopes: variables.scopes(placeOf(frameId)) }
  }),
  variables: parsing(
    requests.variablesSchema,
    async ({ variables }, { variablesReference, start, count }) => ({
      variables: await variables.parts(variablesReference, { start, count }),
    }),
  ),
  evaluate: parsing(requests.evaluateSchema, async (session, { expression, frameId, context }) => {
    const place = placeIn(session, frameId)
    if (context === shellContext) return { result: await runCommand(session.gdb, place, expression) }
    const { value, ...rest } = await calling(session, expression, () =>
      session.variables.evaluate(place, expression),
    )
    return { result: value, ...rest }
  }),
  setVariable: parsing(requests.setVariableSchema, (session, { variablesReference, name, value }) =>
    calling(session, `${name} ${value}`, () => session.variables.assign(variablesReference, name, value)),
  ),
  setExpression: parsing(requests.setExpressionSchema, (session, { expression, value, frameId }) =>
    calling(session, `${expression} ${value}`, () =>
      session.variables.write(placeIn(session, frameId), expression, value),
    ),
  ),
  debugServerTrace: parsing(traceAskedSchema, ({ calls }, asked) => calls.trace(asked)),
  exceptionInfo: parsing(requests.exceptionInfoSchema, ({ gdb, execution, table }) => {
    const { stop } = execution
    return exceptionInfo(gdb, stop, stop.bkptno === undefined ? undefined : table.get(stop.bkptno))
  }),

  readMemory: parsing(requests.readMemorySchema, ({ gdb }, { memoryReference, offset, count }) =>
    readMemory(gdb, addressIn(memoryReference, offset), count),
  ),
  writeMemory: parsing(requests.writeMemorySchema, ({ gdb }, { memoryReference, offset, data }) =>
    writeMemory(gdb, addressIn(memoryReference, offset), Buffer.from(data, 'base64')),
  ),
  disassemble: parsing(requests.disassembleSchema, ({ gdb }, { memoryReference, offset, ...count }) =>
    disassemble(gdb, addressIn(memoryReference, offset), count),
  ),
  modules: parsing(requests.modulesSchema, ({ gdb, target }, page) => modulesOf(gdb, target.program, page)),

  disconnect: async ({ channel, execution, target }) => {
    if (target.kind === 'attach') await execution.detach()
    channel.leave(target.kind === 'attach' ? 0 : killed)
    return {}
  },
}

/** The exit code of what was killed. */
const killed = 137

function parsing<Schema extends z.ZodType>(
  schema: Schema,
  perform: (session: GdbSession, asked: z.output<Schema>) => Promise<unknown>,
): Perform {
  return async (session, parameters) => {
    const read = schema.safeParse(parameters)
    if (read.success) return perform(session, read.data)
    const [issue] = read.error.issues
    throw new MiRefusal(`${issue?.path.join('.') ?? 'its arguments'}: ${issue?.message ?? 'cannot be read'}`)
  }
}

function stepping(step: 'next' | 'stepIn' | 'stepOut'): Perform {
  return parsing(requests.goOnSchema, async ({ execution }, { threadId, granularity }) => {
    await execution.step(step, threadId, granularity)
    return {}
  })
}

function placeIn({ execution }: GdbSession, frameId: number | undefined) {
  const { 'thread-id': thread = 1 } = execution.stop
  return frameId === undefined ? { thread, level: 0 } : placeOf(frameId)
}

function calling(session: GdbSession, text: string, work: () => Promise<Omit<Variable, 'name'>>) {
  refuseCommands(text)
  return text.includes('(') ? session.calls.quietly(() => session.execution.calling(work)) : work()
}

function addressIn(reference: string, offset: number): bigint {
  const address = addressOf(reference, offset)
  if (address === undefined) throw new MiRefusal(`${reference} is no address`)
  return address
}

async function dataBreakpointInfo(
  session: GdbSession,
  { name, variablesReference = 0, frameId }: z.output<typeof requests.dataBreakpointInfoSchema>,
) {
  refuseCommands(name)
  const watched =
    variablesReference > 0
      ? await session.variables.expressionOf(variablesReference, name)
      : { expression: name, place: placeIn(session, frameId) }
  // Said now, rather than when it is set.
  const found = await session.variables
    .evaluate(watched.place, watched.expression)
    .catch((error: Error) => error)
  if (found instanceof Error) return { dataId: null, description: found.message }
  return {
    dataId: dataIdOf(watched),
    description: watched.expression,
    accessTypes: await session.breakpoints.watchable(),
    canPersist: false,
  }
}
