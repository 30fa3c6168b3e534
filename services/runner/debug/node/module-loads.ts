import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { CdpError } from './cdp-connection.ts'
import { breakpointSetSchema, evaluatedSchema, type PausedEvent, possibleSchema } from './cdp-messages.ts'
import { unstopped } from './evaluate.ts'
import type { FunctionBreakpoints } from './function-breakpoints.ts'
import type { LineBreakpoints } from './line-breakpoints.ts'
import type { Script } from './scripts.ts'
import type { Target } from './target.ts'

const compiling = z.object({
  result: z.object({
    value: z.object({
      filename: z.string(),
      map: z.string().nullable(),
      text: z.string().nullable(),
      isModule: z.boolean(),
    }),
  }),
})
/**
 * In the frame of Node's function that compiles a module of CommonJS. `text`: what will run, where a name is held by it; what
 * TypeScript becomes by a function of Node's.
 */
const askCompiling = (holdsName: string) => `(() => {
  const isText = typeof content === 'string'
  const text = isText && ${holdsName} ? content : null
  const kind = typeof format === 'string' ? format : ''
  const strips = text !== null && kind.includes('typescript') && typeof stripTypeScriptModuleTypes === 'function'
  return {
    filename,
    map: isText ? ([...content.matchAll(/\\/\\/[#@] ?sourceMappingURL=([^\\s'"]+)/g)].at(-1)?.[1] ?? null) : null,
    text: strips ? stripTypeScriptModuleTypes(content, filename) : text,
    isModule: kind.startsWith('module'),
  }
})()`
const mostSteps = 40

/** Before which modules a thread stops, and by what that is taken back. */
type Instrumentation = {
  readonly instrumentation: 'beforeScriptExecution' | 'beforeScriptWithSourceMapExecution'
  readonly id: string
}

/**
 * Hears of modules before they run. The inspector stops before a module of ECMAScript; before one of CommonJS it does not,
 * but a breakpoint on Node's own function that compiles them does. There the breakpoints of what a source map says the
 * module is made of are set, and those of its functions, and the first line of the program itself is found.
 */
export class ModuleLoads {
  readonly #breakpoints: LineBreakpoints
  readonly #functions: FunctionBreakpoints
  readonly #watched = new WeakSet<Target>()
  readonly #instrumentation = new WeakMap<Target, Instrumentation>()
  /** One change of it at a time. */
  readonly #instrumenting = new WeakMap<Target, Promise<void>>()
  #entry: string | undefined

  /** `entry`: the file at whose first line the program is to stop. */
  constructor(breakpoints: LineBreakpoints, functions: FunctionBreakpoints, entry: string | undefined) {
    this.#breakpoints = breakpoints
    this.#functions = functions
    this.#entry = entry
  }

  /** Where nothing is to be found, it costs nothing. */
  async watch(target: Target): Promise<void> {
    const entry = target.thread === 1 ? this.#entry : undefined
    const isWatched = this.#watched.has(target)
    if (!isWatched && entry === undefined && !this.#breakpoints.any && !this.#functions.any) return
    this.#watched.add(target)
    await Promise.all([
      isWatched ? undefined : this.#watchCompiling(target, entry),
      this.#instrument(target, entry !== undefined),
    ]).catch(ignoreRefusal)
  }

  /** Whether a pause was made for this alone; the thread is to go on then. */
  async handled(target: Target, event: PausedEvent): Promise<boolean> {
    if (event.reason === 'instrumentation') {
      await this.#loaded(target, event)
      return true
    }
    if (target.compileBreakpoint !== undefined && event.hitBreakpoints.includes(target.compileBreakpoint)) {
      await this.#compiling(target, event).catch(ignoreRefusal)
      return true
    }
    return false
  }

  /** Whether the program stands at its first line; only once. What stops it before it gets there stands there as well. */
  entered(target: Target): boolean {
    const { entryBreakpoint } = target
    if (entryBreakpoint === undefined) return false
    target.entryBreakpoint = undefined
    this.#entry = undefined
    target.connection.tell('Debugger.removeBreakpoint', { breakpointId: entryBreakpoint })
    void this.#instrument(target, false).catch(ignoreRefusal)
    return true
  }

  async #watchCompiling(target: Target, entry: string | undefined): Promise<void> {
    const { connection } = target
    const { result } = await connection.send(
      'Runtime.evaluate',
      {
        expression: "(process.getBuiltinModule ?? require)('module').prototype._compile",
        ...unstopped,
        includeCommandLineAPI: true,
      },
      evaluatedSchema,
    )
    if (result.objectId === undefined) return
    const isEntry = entry === undefined ? 'false' : `filename === ${JSON.stringify(entry)}`
    const isMapped =
      "typeof content === 'string' && content.includes('sourceMappingURL=') && !filename.includes('/node_modules/')"
    const isNamed = `typeof content === 'string' && !filename.includes('/node_modules/') && ${this.#functions.holdsName('content')}`
    const { breakpointId } = await connection.send(
      'Debugger.setBreakpointOnFunctionCall',
      { objectId: result.objectId, condition: `${isEntry} || (${isMapped}) || (${isNamed})` },
      breakpointSetSchema,
    )
    target.compileBreakpoint = breakpointId
  }

  /** `enters`: it has not come to its first line yet. */
  #instrument(target: Target, enters: boolean): Promise<void> {
    const before = this.#instrumenting.get(target)?.catch(() => undefined)
    const done = (before ?? Promise.resolve()).then(() => this.#instrumentAnew(target, enters))
    this.#instrumenting.set(target, done)
    return done
  }

  async #instrumentAnew(target: Target, enters: boolean): Promise<void> {
    const { connection } = target
    const before = this.#instrumentation.get(target)
    const each = enters || this.#functions.any
    const instrumentation = each ? 'beforeScriptExecution' : 'beforeScriptWithSourceMapExecution'
    if (before?.instrumentation === instrumentation) return
    const answer = await connection.send(
      'Debugger.setInstrumentationBreakpoint',
      { instrumentation },
      breakpointSetSchema,
    )
    this.#instrumentation.set(target, { instrumentation, id: answer.breakpointId })
    if (before !== undefined) connection.tell('Debugger.removeBreakpoint', { breakpointId: before.id })
  }

  async #loaded(target: Target, { data }: PausedEvent): Promise<void> {
    const script = typeof data?.scriptId === 'string' ? target.scripts.get(data.scriptId) : undefined
    if (script === undefined) return
    if (!script.url.includes('/node_modules/')) {
      await target.scripts.load(script)
      if (script.map !== undefined) await this.#breakpoints.bindMapped(target, script.url, script.map)
      if (this.#functions.any) await this.#functions.came(target, script)
    }
    if (script.path !== undefined && script.path === this.#entry) await this.#enter(target, script)
  }

  async #compiling(target: Target, { callFrames }: PausedEvent): Promise<void> {
    const { connection, scripts } = target
    const { callFrameId } = callFrames[0] ?? {}
    const asked = await connection.send(
      'Debugger.evaluateOnCallFrame',
      {
        callFrameId,
        expression: askCompiling(this.#functions.holdsName('content')),
        returnByValue: true,
        silent: true,
      },
      compiling,
    )
    const { filename, map: named, text, isModule } = asked.result.value
    const url = pathToFileURL(filename).href
    const map = named === null ? undefined : await scripts.prepare(filename, url, named)
    if (map !== undefined) await this.#breakpoints.bindMapped(target, url, map)
    if (text !== null) await this.#functions.comes(target, { path: filename, url, text, isModule, map })
    if (filename === this.#entry) await this.#compiled(target, url)
  }

  /** Steps until the program is compiled, and before it runs. */
  async #compiled(target: Target, url: string): Promise<void> {
    for (let step = 0; step < mostSteps; step++) {
      const script = [...target.scripts.all()].find(one => one.url === url)
      if (script !== undefined) {
        await this.#enter(target, script)
        return
      }
      const { promise, resolve } = Promise.withResolvers<PausedEvent>()
      target.nextPause = resolve
      target.connection.tell('Debugger.stepOver')
      await promise
    }
  }

  /** At the first line that the program's author wrote: what a compiler puts before it comes from no source. */
  async #enter(target: Target, script: Script): Promise<void> {
    const { connection, scripts } = target
    const start = { scriptId: script.id, lineNumber: 0, columnNumber: 0 }
    try {
      const { locations } = await connection.send(
        'Debugger.getPossibleBreakpoints',
        { start, restrictToFunction: true },
        possibleSchema,
      )
      const written = locations.find(location => scripts.place(location).path !== script.path)
      const location = written ?? locations[0]
      if (location === undefined) return
      const set = await connection.send('Debugger.setBreakpoint', { location }, breakpointSetSchema)
      target.entryBreakpoint = set.breakpointId
    } catch (error) {
      ignoreRefusal(error)
    }
  }
}

/** Of a version of Node that has no such thing, or of a thread that has gone. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof CdpError)) throw error
}
