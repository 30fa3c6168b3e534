import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { traceAskedSchema } from '../above/trace-request.ts'
import { type BridgeTells, type DapHandlers, RequestRefused } from '../bridge.ts'
import type { Place } from '../place.ts'
import type { Came } from './agent-server.ts'
import { CallTraces } from './call-traces.ts'
import { CdpError } from './cdp-connection.ts'
import { type CallFrame, scriptSourceSchema } from './cdp-messages.ts'
import { Debuggee } from './debuggee.ts'
import { evaluated, thrown } from './evaluate.ts'
import { Exceptions } from './exceptions.ts'
import { type Frame, loadMaps, toldFrame } from './frames.ts'
import { FunctionBreakpoints } from './function-breakpoints.ts'
import { LineBreakpoints } from './line-breakpoints.ts'
import { ModuleLoads } from './module-loads.ts'
import { References } from './references.ts'
import { Stops } from './stops.ts'
import type { Target } from './target.ts'
import { type Holder, scopesOf, setVariable, variableOf, variablesOf } from './variables.ts'

const asyncDepth = 16

export const capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsFunctionBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsExceptionInfoRequest: true,
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsEvaluateForHovers: true,
  supportsDelayedStackTraceLoading: true,
  supportsLoadedSourcesRequest: true,
  supportsRestartFrame: true,
  supportsVariablePaging: true,
  exceptionBreakpointFilters: [
    { filter: 'uncaught', label: 'Uncaught exceptions', default: true, supportsCondition: false },
    { filter: 'failures', label: 'Failures', default: false, supportsCondition: false },
    { filter: 'raised', label: 'All exceptions', default: false, supportsCondition: false },
  ],
}

const schemas = {
  setBreakpoints: z.object({
    source: z.object({ path: z.string() }),
    breakpoints: z
      .array(
        z.object({
          line: z.int().min(1),
          column: z.int().min(1).optional(),
          condition: z.string().optional(),
          hitCondition: z.string().optional(),
          logMessage: z.string().optional(),
        }),
      )
      .default([]),
  }),
  setFunctionBreakpoints: z.object({
    breakpoints: z.array(
      z.object({ name: z.string(), condition: z.string().optional(), hitCondition: z.string().optional() }),
    ),
  }),
  setExceptionBreakpoints: z.object({ filters: z.array(z.string()) }),
  thread: z.object({ threadId: z.int() }),
  stackTrace: z.object({
    threadId: z.int(),
    startFrame: z.int().min(0).default(0),
    levels: z.int().min(0).default(0),
  }),
  frame: z.object({ frameId: z.int() }),
  variables: z.object({
    variablesReference: z.int(),
    start: z.int().min(0).optional(),
    count: z.int().min(0).optional(),
    filter: z.enum(['indexed', 'named']).optional(),
  }),
  evaluate: z.object({
    expression: z.string(),
    frameId: z.int().optional(),
    context: z.string().optional(),
    /** Not of the protocol: in milliseconds, after which it is ended. */
    timeout: z.number().positive().optional(),
  }),
  setVariable: z.object({ variablesReference: z.int(), name: z.string(), value: z.string() }),
  setExpression: z.object({ expression: z.string(), value: z.string(), frameId: z.int().optional() }),
  source: z.object({ sourceReference: z.int() }),
}

type KnownFrame = { readonly target: Target; readonly frame: Frame }

/** One process of Node.js and what runs in it. */
export type NodeBridge = {
  /** To be called when it comes, and when it comes again as another program. */
  readonly came: Came
  /** At whose first line it is to stop, where it is. To be called before it comes. */
  readonly enters: (file: string | undefined) => void
  /** But for what opens and ends it. */
  readonly handlers: DapHandlers
}

/** A process in the words of the Debug Adapter Protocol; each of its threads of JavaScript is a thread to clients. */
export function nodeBridge({
  place,
  event,
  closed,
  isChild,
}: { place: Place; isChild: boolean } & BridgeTells): NodeBridge {
  const frames = new References<KnownFrame>()
  const holders = new References<Holder>()
  const sources = new References<{ target: Target; scriptId: string }>()
  const binding = `__debugServer_${randomBytes(8).toString('hex')}`
  const targets = () => debuggee.configured()
  const exceptions = new Exceptions(targets)
  const changed = (breakpoint: object) => event('breakpoint', { reason: 'changed', breakpoint })
  let lastId = 0
  const newId = () => ++lastId
  const breakpoints = new LineBreakpoints(binding, targets, changed, newId)
  const top = place.worktree
  const functions = new FunctionBreakpoints({ top, lines: breakpoints, targets, changed, newId })
  let loads = new ModuleLoads(breakpoints, functions, undefined)
  const calls = new CallTraces(breakpoints, targets, event)
  const told = (target: Target, frame: Frame) =>
    toldFrame(frame, frames.give(target.thread, { target, frame }), target.scripts, scriptId =>
      sources.give(target.thread, { target, scriptId }),
    )
  const forget = (target: Target) => {
    frames.forget(target.thread)
    holders.forget(target.thread)
  }
  const stops = new Stops({
    breakpoints,
    functions,
    exceptions,
    calls,
    loads: { handled: (...of) => loads.handled(...of), entered: (...of) => loads.entered(...of) },
    targets,
    tell(target) {
      const { top } = target
      event('stopped', {
        ...target.pause?.stop,
        threadId: target.thread,
        allThreadsStopped: false,
        ...(top === undefined ? {} : { debugServerFrame: told(target, top) }),
      })
    },
    resumed: forget,
  })
  const debuggee = new Debuggee({
    isChild,
    mapPlace: { top: place.worktree, shows: place.enclosure.shows },
    event,
    binding,
    breakpoints,
    functions,
    exceptions,
    calls,
    paused: (target, body) => stops.paused(target, body),
    failed: error => closed(`the bridge failed: ${error instanceof Error ? error.message : error}`),
    gone(target) {
      forget(target)
      calls.gone(target)
      if (stops.gone(target)) event('continued', { threadId: target.thread, allThreadsContinued: true })
    },
    async configure(target) {
      const { connection } = target
      connection.tell('Debugger.enable')
      connection.tell('Debugger.setAsyncCallStackDepth', { maxDepth: asyncDepth })
      const stopping = exceptions.applyTo(target)
      if (target.parent === undefined) connection.tell('NodeWorker.enable', { waitForDebuggerOnStart: true })
      calls.applyTo(target)
      if (functions.any) functions.applyTo(target)
      const set = breakpoints.applyTo(target)
      await Promise.all([stopping, loads.watch(target), set])
    },
  })

  const holderOf = (reference: number): Holder => {
    const holder = holders.get(reference)
    if (holder === undefined) throw new RequestRefused(`there are no variables ${reference} at this stop`)
    return holder
  }
  const frameOf = (id: number): KnownFrame => {
    const known = frames.get(id)
    if (known === undefined) throw new RequestRefused(`there is no frame ${id} at this stop`)
    return known
  }
  /** Where an expression is evaluated that names no frame. */
  const anywhere = (): KnownFrame | { target: Target; frame: undefined } => {
    const all = [...targets()]
    const target = all.find(one => one.pause?.told === true) ?? all[0]
    if (target === undefined) throw new RequestRefused('the program is not there yet')
    return { target, frame: undefined }
  }

  const handlers: DapHandlers = {
    initialize: () => capabilities,
    async setBreakpoints(parameters) {
      const { source, breakpoints: asked } = schemas.setBreakpoints.parse(parameters)
      const answer = breakpoints.replace(source.path, asked)
      for (const target of targets()) void loads.watch(target)
      return { breakpoints: await answer }
    },
    async setFunctionBreakpoints(parameters) {
      const answer = functions.replace(schemas.setFunctionBreakpoints.parse(parameters).breakpoints)
      for (const target of targets()) void loads.watch(target)
      return { breakpoints: await answer }
    },
    async debugServerTrace(parameters) {
      const answer = calls.trace(traceAskedSchema.parse(parameters))
      for (const target of targets()) void loads.watch(target)
      return await answer
    },
    async setExceptionBreakpoints(parameters) {
      const { filters } = schemas.setExceptionBreakpoints.parse(parameters)
      const [wanted = 'none'] = (['raised', 'failures', 'uncaught'] as const).filter(one =>
        filters.includes(one),
      )
      await exceptions.want(wanted === 'raised' ? 'all' : wanted)
      return { breakpoints: filters.map(() => ({ verified: true })) }
    },
    configurationDone: () => debuggee.run(),
    threads: () => ({ threads: [...targets()].map(({ thread, name }) => ({ id: thread, name })) }),
    pause: () => stops.pause(),
    async stackTrace(parameters) {
      const { threadId, startFrame, levels } = schemas.stackTrace.parse(parameters)
      const target = stops.standing(threadId)
      const all = target.pause?.frames ?? []
      const page = all.slice(startFrame, levels === 0 ? undefined : startFrame + levels)
      await loadMaps(page, target.scripts)
      return { stackFrames: page.map(frame => told(target, frame)), totalFrames: all.length }
    },
    scopes(parameters) {
      const { target, frame } = frameOf(schemas.frame.parse(parameters).frameId)
      const { call } = frame
      if (call === undefined) return { scopes: [] }
      return {
        scopes: scopesOf(call).map(({ name, scopes, expensive }, at) => ({
          name,
          expensive,
          variablesReference: holders.give(target.thread, {
            kind: 'scopes',
            target,
            call,
            scopes,
            own: at === 0,
          }),
        })),
      }
    },
    async variables(parameters) {
      const { variablesReference, ...page } = schemas.variables.parse(parameters)
      return { variables: await variablesOf(holderOf(variablesReference), page, holders) }
    },
    async evaluate(parameters) {
      const { expression, frameId, context, timeout } = schemas.evaluate.parse(parameters)
      const { target, frame } = frameId === undefined ? anywhere() : frameOf(frameId)
      const pure = context === 'hover'
      // Before whoever asks gives it up.
      const timeoutMs = timeout === undefined ? undefined : Math.max(timeout / 2, timeout - 500)
      const value = await evaluated(target, frame, { text: expression, pure, timeoutMs })
      const { value: result, name: _, ...rest } = variableOf('', value, target, holders)
      return { result, ...rest }
    },
    async setVariable(parameters) {
      const { variablesReference, name, value: text } = schemas.setVariable.parse(parameters)
      const holder = holderOf(variablesReference)
      const { target } = holder
      const frame = holder.kind === 'scopes' ? frameOfCall(holder.call) : target.top
      const value = await evaluated(target, frame, { text })
      await setVariable(holder, name, value)
      return variableOf(name, value, target, holders)
    },
    async setExpression(parameters) {
      const { expression, value: text, frameId } = schemas.setExpression.parse(parameters)
      const { target, frame } = frameId === undefined ? anywhere() : frameOf(frameId)
      // Otherwise one that is not there would be made, as a global one.
      if (isName.test(expression.trim())) await evaluated(target, frame, { text: expression })
      const value = await evaluated(target, frame, { text: `${expression} = (${text}\n)` })
      return variableOf(expression, value, target, holders)
    },
    exceptionInfo(parameters) {
      const { event: paused } = stops.standing(schemas.thread.parse(parameters).threadId).pause ?? {}
      const { data, reason } = paused ?? {}
      if (data === undefined || (reason !== 'exception' && reason !== 'promiseRejection'))
        throw new RequestRefused('this thread stands at no exception')
      const exception = { type: 'object', ...data }
      const { name, message } = thrown(exception)
      const breakMode = data.uncaught === true ? 'unhandled' : 'always'
      const stackTrace = typeof data.description === 'string' ? data.description : ''
      return {
        exceptionId: name,
        description: message,
        breakMode,
        details: { typeName: name, message, stackTrace },
      }
    },
    async restartFrame(parameters) {
      const { target, frame } = frameOf(schemas.frame.parse(parameters).frameId)
      if (frame.call === undefined)
        throw new RequestRefused('this frame has ended: it can be run anew no more')
      stops.restarted(target)
      const { callFrameId } = frame.call
      await target.connection.send('Debugger.restartFrame', { callFrameId, mode: 'StepInto' }, z.unknown())
    },
    async source(parameters) {
      const { sourceReference } = schemas.source.parse(parameters)
      const found = sources.get(sourceReference)
      if (found === undefined) throw new RequestRefused(`there is no source ${sourceReference}`)
      const { scriptSource } = await found.target.connection.send(
        'Debugger.getScriptSource',
        { scriptId: found.scriptId },
        scriptSourceSchema,
      )
      return { content: scriptSource, mimeType: 'text/javascript' }
    },
    loadedSources() {
      const paths = new Set<string>()
      for (const { scripts } of targets())
        for (const { path, map } of scripts.all())
          for (const one of [path, ...(map?.paths ?? [])]) if (one !== undefined) paths.add(one)
      return { sources: [...paths].map(path => ({ path })) }
    },
    ...Object.fromEntries(
      (['continue', 'next', 'stepIn', 'stepOut'] as const).map(movement => [
        movement,
        async (parameters: object) => {
          await stops.goOn(movement, schemas.thread.parse(parameters).threadId)
          return movement === 'continue' ? { allThreadsContinued: true } : {}
        },
      ]),
    ),
  }
  return {
    came: debuggee.came,
    enters: file => {
      loads = new ModuleLoads(breakpoints, functions, file)
    },
    handlers: refusing(handlers),
  }
}

const isName = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u

const frameOfCall = (call: CallFrame): Frame => ({ name: call.functionName, location: call.location, call })

/** What the inspector refuses, and what cannot be read of a request, is no mistake of the bridge. */
export const refusing = (handlers: DapHandlers): DapHandlers =>
  Object.fromEntries(
    Object.entries(handlers).map(([name, handle]) => [
      name,
      async (parameters: object) => {
        try {
          return await handle(parameters)
        } catch (error) {
          if (error instanceof CdpError) throw new RequestRefused(error.message)
          if (error instanceof z.ZodError) throw new RequestRefused(z.prettifyError(error))
          throw error
        }
      },
    ]),
  )
