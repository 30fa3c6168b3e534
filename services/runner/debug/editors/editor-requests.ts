import { z } from 'zod'
import { dataBreakpointInfoBodySchema } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import { refuseUnlessShown } from '../shown-to-watcher.ts'
import {
  dataSchema,
  type EditorBreakpoints,
  exceptionsSchema,
  functionsSchema,
  linesSchema,
} from './editor-breakpoints.ts'
import { hasFor } from './editor-capabilities.ts'
import type { EditorSources } from './editor-sources.ts'

/** How long an expression may take, in milliseconds; then the editor is told that it still runs. */
const evaluateMs = 30_000

/** What requests are answered with. */
type Life = {
  readonly live: LiveDebugSession
  readonly sources: EditorSources
  readonly breakpoints: EditorBreakpoints
  readonly threads: Map<number, number>
}

export type OpenEditor = {
  /** Does what sends the debuggee on. */
  readonly goOn: <T>(work: () => Promise<T>) => Promise<T>
}

type Given = Readonly<Record<string, unknown>>
export type EditorRequest = (
  editor: OpenEditor,
  life: Life,
  command: string,
  given: Given,
) => Promise<object | undefined>

/** Reads what a request says, or refuses it by what is wrong. */
function parsed<Schema extends z.ZodType>(schema: Schema, command: string, given: Given): z.output<Schema> {
  const read = schema.safeParse(given)
  if (read.success) return read.data
  const [{ path, message } = { path: [], message: '' }] = read.error.issues
  throw new Refusal('invalid_input', `${command}: ${path.join('.')}: ${message}`)
}

const bodySchema = z.looseObject({}).nullish()
const bodyOf = (body: z.output<typeof bodySchema>): object => body ?? {}

/** Passes a request on to the engine as it stands, but for the names of files. */
const passOn: EditorRequest = async (_, { live, sources }, command, given) => {
  refuseUnlessHas(live, command)
  await live.whenLaunched()
  const named = 'source' in given ? { ...given, source: sources.taken(given.source) } : given
  return bodyOf(
    z.looseObject({}).parse(await sources.told(bodyOf(await live.adapter.ask(command, named, bodySchema)))),
  )
}

/** The same where the debuggee has to stand still. */
const passOnStopped: EditorRequest = async (editor, life, command, given) => {
  await life.live.stopped()
  return passOn(editor, life, command, given)
}

/** The editor sets a breakpoint by what the engine calls it; others are told of it by its name. */
const dataBreakpointInfo: EditorRequest = async (editor, life, command, given) => {
  const why = await life.live.whyNotWatched()
  if (why !== undefined) return { dataId: null, description: why }
  const body = await passOnStopped(editor, life, command, given)
  const { name } = parsed(z.looseObject({ name: z.string().max(1_000) }), command, given)
  const { success, data } = dataBreakpointInfoBodySchema.safeParse(body)
  if (success && data.dataId !== null) life.breakpoints.knowsData(data.dataId, name)
  return body
}

function refuseUnlessHas(live: LiveDebugSession, command: string): void {
  if (!hasFor(live.adapter.said, command))
    throw new Refusal('debugger_refused', `this debugger (${live.identity.engine}) has no ${command}`)
}

const threadSchema = z.looseObject({ threadId: z.int() })
const targetSchema = z.looseObject({ threadId: z.int(), targetId: z.int() })
const frameSchema = z.looseObject({ frameId: z.int() })

const move =
  (sent: 'continue' | 'next' | 'stepIn' | 'stepOut' | 'stepBack' | 'reverseContinue'): EditorRequest =>
  (editor, { live }, command, given) =>
    editor.goOn(async () => {
      refuseUnlessHas(live, command)
      const { threadId, ...rest } = parsed(threadSchema, command, given)
      live.unanswered.refuse()
      await live.sendOn(sent, threadId, rest)
      return sent === 'continue' ? { allThreadsContinued: true } : undefined
    })

/** Has a thread go on from elsewhere. The engine tells that it stands there as it tells any stop. */
const standElsewhere =
  (schema: z.ZodType<object>): EditorRequest =>
  (editor, { live }, command, given) =>
    editor.goOn(async () => {
      refuseUnlessHas(live, command)
      await live.stopped()
      live.unanswered.refuse()
      await live.adapter.ask(command, parsed(schema, command, given), bodySchema)
      return undefined
    })

const stackSchema = z.looseObject({
  threadId: z.int(),
  startFrame: z.int().min(0).nullish(),
  levels: z.int().min(0).nullish(),
})
const framesSchema = z.looseObject({
  stackFrames: z.array(z.looseObject({ id: z.int() })),
  totalFrames: z.int().optional(),
})

/** The part that is asked for, also of an engine that passes over what it is asked of a page. */
const stackTrace: EditorRequest = async (_, { live, sources, threads }, command, given) => {
  await live.stopped()
  const { threadId, startFrame, levels, ...rest } = parsed(stackSchema, command, given)
  const start = startFrame ?? 0
  const count = levels == null || levels === 0 ? 1_000 : Math.min(levels, 1_000)
  const pages = live.adapter.said.supportsDelayedStackTraceLoading === true
  const page = pages ? { startFrame: start, levels: count } : {}
  const all = await live.adapter.ask('stackTrace', { ...rest, threadId, ...page }, framesSchema)
  // What comes is more than was asked for: then it is all that there is.
  const isPage = pages && all.stackFrames.length <= count
  const stackFrames = isPage ? all.stackFrames : all.stackFrames.slice(start, start + count)
  for (const { id } of stackFrames) threads.set(id, threadId)
  const seen = start + stackFrames.length
  const least = stackFrames.length < count ? seen : seen + 1
  const totalFrames = isPage ? Math.max(all.totalFrames ?? least, seen) : all.stackFrames.length
  return { stackFrames: await sources.told(stackFrames), totalFrames }
}

const evaluateSchema = z.looseObject({
  expression: z.string().max(100_000),
  frameId: z.int().nullish(),
  /** One that is not the protocol's means nothing. */
  context: z.enum(['variables', 'watch', 'repl', 'hover', 'clipboard']).nullish().catch(undefined),
})

const evaluate: EditorRequest = async (_, { live, sources, threads }, command, given) => {
  const { frameId, ...rest } = parsed(evaluateSchema, command, given)
  if (frameId == null) await live.whenLaunched()
  const thread = frameId == null ? (await live.stopped()).stop.thread : threads.get(frameId)
  if (thread === undefined)
    throw new Refusal('debugger_refused', `frame ${frameId} is of no stack that was told at this stop`)
  live.unanswered.refuse(thread)
  const expression = { thread, text: rest.expression }
  const parameters = frameId == null ? rest : { ...rest, frameId }
  const outcome = await live.adapter.client.request('evaluate', parameters, bodySchema, evaluateMs, {
    answeredLate: () => live.unanswered.answered(expression),
  })
  switch (outcome.kind) {
    case 'done':
      return bodyOf(z.looseObject({}).parse(await sources.told(bodyOf(outcome.body))))
    case 'refused':
      throw new Refusal('evaluation_failed', live.evaluationError(outcome.message))
    case 'late':
    case 'closed':
      if (outcome.kind === 'late') live.unanswered.add(expression)
      throw await live.adapter.refusal('evaluate', outcome)
  }
}

const sourceSchema = z.looseObject({
  source: z.looseObject({ path: z.string().optional(), sourceReference: z.int().nullish() }).nullish(),
  sourceReference: z.int().nullish(),
})

/** A text that the engine has made, by its reference; else the file itself, as far as the session may see it. */
const source: EditorRequest = async (_, { live, sources }, command, given) => {
  const asked = parsed(sourceSchema, command, given)
  const reference = asked.source?.sourceReference ?? asked.sourceReference ?? 0
  const told = sources.ofReference(reference)
  const file = told ?? (reference > 0 ? undefined : asked.source?.path)
  if (file === undefined) return bodyOf(await live.adapter.ask('source', given, bodySchema))
  const path = sources.absolute(file)
  if (told === undefined) await refuseUnlessShown(file, path, live.paths)
  const content = (await live.lines(path))?.join('\n')
  if (content === undefined) throw new Refusal('debugger_refused', `the source ${file} cannot be read`)
  return { content }
}

const pause: EditorRequest = async (_, { live }) => {
  await live.whenLaunched()
  if (live.state.value.kind !== 'stopped') await live.askPause()
  return undefined
}

export const editorRequests: ReadonlyMap<string, EditorRequest> = new Map<string, EditorRequest>([
  [
    'setBreakpoints',
    async (_, { breakpoints }, c, given) => breakpoints.setLines(parsed(linesSchema, c, given)),
  ],
  [
    'setFunctionBreakpoints',
    async (_, { breakpoints }, c, given) => breakpoints.setFunctions(parsed(functionsSchema, c, given)),
  ],
  [
    'setExceptionBreakpoints',
    async (_, { breakpoints }, c, given) => breakpoints.setExceptions(parsed(exceptionsSchema, c, given)),
  ],
  [
    'threads',
    async (_, { live }) => {
      await live.whenLaunched()
      return bodyOf(await live.adapter.ask('threads', {}, bodySchema))
    },
  ],
  [
    'setDataBreakpoints',
    async (_, { breakpoints }, c, given) => breakpoints.setData(parsed(dataSchema, c, given)),
  ],
  ['dataBreakpointInfo', dataBreakpointInfo],
  ['stackTrace', stackTrace],
  ['scopes', passOnStopped],
  ['variables', passOnStopped],
  ['evaluate', evaluate],
  ['source', source],
  ['continue', move('continue')],
  ['next', move('next')],
  ['stepIn', move('stepIn')],
  ['stepOut', move('stepOut')],
  ['stepBack', move('stepBack')],
  ['reverseContinue', move('reverseContinue')],
  ['goto', standElsewhere(targetSchema)],
  ['restartFrame', standElsewhere(frameSchema)],
  ['pause', pause],
  ...['breakpointLocations', 'loadedSources', 'modules'].map((name): [string, EditorRequest] => [
    name,
    passOn,
  ]),
  ...[
    ...['completions', 'disassemble', 'exceptionInfo', 'gotoTargets', 'readMemory', 'setExpression'],
    ...['setVariable', 'stepInTargets', 'writeMemory'],
  ].map((name): [string, EditorRequest] => [name, passOnStopped]),
])
