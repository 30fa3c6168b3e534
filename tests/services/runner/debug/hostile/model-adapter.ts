import {
  evaluated,
  type Point,
  programFile,
  programSource,
  programs,
  type Variables,
} from './model-program.ts'

export type Request = { readonly seq: number; readonly command: string; readonly arguments?: unknown }
export type Event = { readonly type: 'event'; readonly event: string; readonly body?: unknown }
export type Response = {
  readonly type: 'response'
  readonly request_seq: number
  readonly command: string
  readonly success: boolean
  readonly message?: string
  readonly body?: unknown
}
export type Message = Event | Response

type Given = Readonly<Record<string, unknown>>
type Wish = {
  readonly id: number
  readonly condition?: string
  readonly hits?: number
  readonly log?: string
}
type Kinds = { line: Map<number, Wish>; function: Map<string, Wish>; data: Map<string, Wish> }

const threads = [
  { id: 1, name: 'main' },
  { id: 2, name: 'other' },
]
const localsReference = 100
const elementsReference = 200

/**
 * A debug adapter that does all that is asked of it, of a debuggee that is a list of points. It says what it answers with, and
 * what happens then, in the order in which a debugger would.
 */
export class ModelAdapter {
  readonly #points: readonly Point[]
  readonly #spins: boolean
  readonly #path: string
  readonly #breakpoints: Kinds = { line: new Map(), function: new Map(), data: new Map() }
  #filters: ReadonlySet<string> = new Set()
  #hits = new Map<number, number>()
  #at = -1
  #variables: Variables = {}
  #runs = false
  #lastId = 0

  /** `path`: where the program is, as the adapter names it. */
  constructor(program: string, path: string) {
    this.#path = path
    const { points, spins } = programs[program] ?? { points: [], spins: false }
    this.#points = points
    this.#spins = spins
  }

  take({ seq, command, arguments: given }: Request): Message[] {
    const of = { type: 'response', request_seq: seq, command } as const
    const answer = this.#answer(command, Object(given))
    if (typeof answer === 'string') return [{ ...of, success: false, message: answer }]
    const { before = [], body = {}, after = [] } = answer
    return [...before, { ...of, success: true, body }, ...after]
  }

  #answer(
    command: string,
    given: Given,
  ): string | { before?: readonly Event[]; body?: unknown; after?: readonly Event[] } {
    switch (command) {
      case 'initialize':
        return { body: capabilities }
      case 'attach':
        return {
          before: [say('debugpyWaitingForServer', { host: '127.0.0.1', port: 9 }), say('initialized')],
        }
      case 'setBreakpoints':
        return {
          body: { breakpoints: this.#setLines(listOf(given.breakpoints)) },
          after: this.#runs && this.#spins ? this.#goOn(() => false) : [],
        }
      case 'setFunctionBreakpoints':
        return { body: { breakpoints: this.#set('function', listOf(given.breakpoints), 'name') } }
      case 'setDataBreakpoints':
        return { body: { breakpoints: this.#set('data', listOf(given.breakpoints), 'dataId') } }
      case 'setExceptionBreakpoints':
        this.#filters = new Set(Array.isArray(given.filters) ? given.filters.map(String) : [])
        return {}
      case 'dataBreakpointInfo':
        return { body: { dataId: String(given.name), description: 'a variable', accessTypes: ['write'] } }
      case 'configurationDone':
        return { after: this.#goOn(() => false) }
      case 'pause':
        return { after: this.#runs ? [this.#stop('pause')] : [] }
      case 'continue':
        return this.#send(() => false)
      case 'next':
        return this.#send(({ functions }, depth) => functions.length <= depth)
      case 'stepIn':
        return this.#send(() => true)
      case 'stepOut':
        return this.#send(({ functions }, depth) => functions.length < depth)
      case 'threads':
        return { body: { threads } }
      default:
        return this.#runs ? 'the debuggee is running' : this.#look(command, given)
    }
  }

  #look(command: string, given: Given) {
    const point = this.#points[this.#at]
    if (point === undefined) return 'there is no debuggee'
    switch (command) {
      case 'stackTrace': {
        const stackFrames = point.functions.map((name, index) => ({
          ...{ id: 10 + index, name, line: index === 0 ? point.line : 8, column: 1 },
          ...{ source: { name: programFile, path: this.#path }, instructionPointerReference: '0x40' },
        }))
        const levels = Number(given.levels ?? 0)
        return { body: { stackFrames: levels > 0 ? stackFrames.slice(0, levels) : stackFrames } }
      }
      case 'scopes':
        return {
          body: { scopes: [{ name: 'Locals', variablesReference: localsReference, expensive: false }] },
        }
      case 'variables':
        return { body: { variables: this.#parts(given) } }
      case 'setVariable':
      case 'evaluate':
        return this.#evaluate(command, given)
      case 'exceptionInfo':
        return {
          body: { exceptionId: point.throws ?? 'none', description: 'no', breakMode: 'unhandled' },
        }
      case 'source':
        return { body: { content: programSource } }
      case 'modules':
        return { body: { modules: [{ id: 1, name: 'app', path: this.#path }] } }
      case 'loadedSources':
        return { body: { sources: [{ name: programFile, path: this.#path }] } }
      case 'disassemble':
        return { body: { instructions: [{ address: '0x40', instruction: 'ret' }] } }
      case 'readMemory':
        return { body: { address: '0x10', data: 'aGk=' } }
      case 'writeMemory':
        return { body: { bytesWritten: 1 } }
    }
    return `this adapter has no ${command}`
  }

  #parts({ variablesReference, start, count }: Given) {
    const { prices, ...others } = this.#variables
    if (variablesReference === elementsReference) {
      const from = Number(start ?? 0)
      const elements = (Array.isArray(prices) ? prices : []).map((value, index) => ({
        ...{ name: `${index}`, value: `${value}`, type: 'int', variablesReference: 0 },
      }))
      return elements.slice(from, from + Number(count ?? elements.length))
    }
    const list = {
      ...{ name: 'prices', value: JSON.stringify(prices), type: 'list', indexedVariables: 3 },
      variablesReference: elementsReference,
    }
    const plain = Object.entries(others).map(([name, value]) => ({
      ...{ name, value: `${value}`, type: 'int', variablesReference: 0 },
    }))
    return prices === undefined ? plain : [list, ...plain]
  }

  #evaluate(command: string, given: Given) {
    try {
      const value = evaluated(String(given.expression ?? given.value), this.#variables)
      if (command === 'evaluate') return { body: { result: `${value}`, type: 'int', variablesReference: 0 } }
      this.#variables = { ...this.#variables, [String(given.name)]: value }
      return { body: { value: `${value}`, type: 'int', variablesReference: 0 } }
    } catch (error) {
      return `${error}`
    }
  }

  #setLines(wishes: readonly Given[]) {
    this.#breakpoints.line.clear()
    return wishes.map(wish => {
      const line = Number(wish.line)
      const holdsCode = (programSource.split('\n')[line - 1] ?? '').trim() !== ''
      if (!holdsCode) return { verified: false, message: 'no code' }
      return this.#setOne(this.#breakpoints.line, line, wish)
    })
  }

  #set(kind: 'function' | 'data', wishes: readonly Given[], by: string) {
    this.#breakpoints[kind].clear()
    return wishes.map(wish => this.#setOne(this.#breakpoints[kind], String(wish[by]), wish))
  }

  #setOne<Key>(into: Map<Key, Wish>, key: Key, { condition, hitCondition, logMessage, line }: Given) {
    const id = ++this.#lastId
    into.set(key, {
      id,
      ...(typeof condition === 'string' && { condition }),
      ...(typeof hitCondition === 'string' && { hits: Number(hitCondition) }),
      ...(typeof logMessage === 'string' && { log: logMessage }),
    })
    return { id, verified: true, ...(typeof line === 'number' && { line }) }
  }

  #send(isThere: (point: Point, depth: number) => boolean) {
    if (this.#runs) return 'the debuggee is running'
    return { body: { allThreadsContinued: true }, after: this.#goOn(isThere) }
  }

  /** What happens until it stops, ends, or runs on. */
  #goOn(isThere: (point: Point, depth: number) => boolean): Event[] {
    const depth = this.#points[this.#at]?.functions.length ?? 0
    const told: Event[] = []
    this.#runs = true
    for (let turns = 0; turns < (this.#spins ? this.#points.length : 1_000); turns++) {
      const before = this.#variables
      this.#at = this.#spins ? (this.#at + 1) % this.#points.length : this.#at + 1
      const point = this.#points[this.#at]
      if (point === undefined) return [...told, say('exited', { exitCode: 1 }), say('terminated')]
      this.#variables = point.variables
      const reached = this.#reached(point, before)
      for (const { log } of reached) if (log !== undefined) told.push(this.#logged(log))
      const named = reached.filter(({ log }) => log === undefined)
      const [first] = named
      if (first !== undefined) return [...told, this.#stop(first.reason, named)]
      if (point.throws !== undefined && this.#filters.size > 0) return [...told, this.#stop('exception')]
      if (isThere(point, depth)) return [...told, this.#stop('step')]
    }
    return told
  }

  #reached({ line, functions }: Point, before: Variables): (Wish & { reason: string })[] {
    const { line: lines, function: named, data } = this.#breakpoints
    const found: (Wish & { reason: string })[] = []
    const atLine = lines.get(line)
    if (atLine !== undefined && this.#holds(atLine)) found.push({ ...atLine, reason: 'breakpoint' })
    const atFunction = line === 2 ? named.get(functions[0] ?? '') : undefined
    if (atFunction !== undefined) found.push({ ...atFunction, reason: 'function breakpoint' })
    for (const [name, wish] of data)
      if (before[name] !== this.#variables[name]) found.push({ ...wish, reason: 'data breakpoint' })
    return found
  }

  #holds({ id, condition, hits }: Wish): boolean {
    try {
      if (condition !== undefined && evaluated(condition, this.#variables) !== true) return false
    } catch {
      return false
    }
    const count = (this.#hits.get(id) ?? 0) + 1
    this.#hits.set(id, count)
    return hits === undefined || count === hits
  }

  #logged(message: string): Event {
    const output = message.replaceAll(/\{([^}]*)\}/g, (_, expression) => {
      try {
        return `${evaluated(expression, this.#variables)}`
      } catch (error) {
        return `${error}`
      }
    })
    return say('output', { category: 'console', output: `${output}\n` })
  }

  #stop(reason: string, hit: readonly Wish[] = []): Event {
    this.#runs = false
    return say('stopped', {
      ...{ reason, threadId: 1, allThreadsStopped: true },
      hitBreakpointIds: hit.map(({ id }) => id),
    })
  }
}

const say = (event: string, body?: unknown): Event => ({
  ...{ type: 'event', event },
  ...(body !== undefined && { body }),
})

const listOf = (list: unknown): readonly Given[] => (Array.isArray(list) ? list.map(one => Object(one)) : [])

const capabilities = {
  ...Object.fromEntries(
    [
      'ConfigurationDoneRequest',
      'ExceptionInfoRequest',
      'FunctionBreakpoints',
      'ConditionalBreakpoints',
      'HitConditionalBreakpoints',
      'LogPoints',
      'DataBreakpoints',
      'SetVariable',
      'DisassembleRequest',
      'ReadMemoryRequest',
      'WriteMemoryRequest',
      'ModulesRequest',
      'LoadedSourcesRequest',
    ].map(name => [`supports${name}`, true]),
  ),
  exceptionBreakpointFilters: [{ filter: 'uncaught', label: 'Uncaught' }],
}
