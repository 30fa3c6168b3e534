import type { TracedFunction } from '../above/trace-request.ts'
import { type AdapterBreakpoint, setBreakpointsBodySchema } from '../dap-messages.ts'
import type { Speaker } from '../within/dap-within.ts'
import { TheirBreakpoints } from './their-breakpoints.ts'

/** In milliseconds. */
const setMs = 5_000
const taken = 'a breakpoint is in this line: take it away, or choose another'
const separator = '~|~'
/** Delve puts the goroutine before a message. */
const begins = /^> \[Go (\d+)\]: ~call (\d+) (-?\d+)~([\s\S]*?)\r?\n?$/

/**
 * What is known of a function's code. Its next call stops as long as that is `unknown`, and tells where it returns; from then on a
 * message tells of each (`told`). Of a generic one each type has code of its own, so each call stops. `unseen`: it is part of
 * another one, or no breakpoint can stand where it returns.
 */
type Code = 'unknown' | 'told' | 'generic' | 'unseen'
export type Traced = {
  readonly asked: TracedFunction
  name: string
  code: Code
  /** Delve's number for where it begins, and why there is none. */
  breakpoint: number | undefined
  problem: string | undefined
  /** Whether Delve has a message for it, in place of a breakpoint. */
  told: boolean | 'away' | undefined
}

/** A call that begins, by its message. */
type Said = {
  readonly traced: Traced
  readonly goroutine: number
  readonly offset: number
  readonly values: readonly string[]
}

/** Breakpoints of Delve for traced calls: in lines where functions begin, among those of others, and at addresses where they return. */
export class TraceBreakpoints {
  readonly theirs = new TheirBreakpoints()
  readonly returns = new Map<string, { readonly traced: Traced; readonly name: string }>()
  /** Where those begin that have stopped there. */
  readonly entries = new Map<string, Traced>()
  functions: readonly Traced[] = []
  /** As long as nothing of these may stop (a step): returns are not heard of. `away`: there are none, for an expression calls. */
  quiet: boolean | 'away' = false
  readonly #ask: Speaker['ask']
  /** At which addresses Delve has them. */
  #sent = ''
  #settled: Promise<unknown> = Promise.resolve()

  constructor(ask: Speaker['ask']) {
    this.#ask = ask
  }

  /** Whether there is anything of these still. */
  get any(): boolean {
    return this.functions.length > 0 || this.#sent !== ''
  }

  /** Resolves once Delve has answered to all. */
  get settled(): Promise<unknown> {
    return this.#settled
  }

  /** Whether a message tells of its calls, in place of a stop. */
  tells({ code }: Traced): boolean {
    return this.quiet !== false || code === 'told' || code === 'unseen'
  }

  /** What a message says, where it is of these. */
  said(output: string): Said | 'nothing' | undefined {
    const [, goroutine, id, offset, values = ''] = begins.exec(output) ?? []
    if (goroutine === undefined) return undefined
    const traced = this.functions.find(({ asked }) => asked.id === Number(id))
    if (traced === undefined) return 'nothing'
    const place = { goroutine: Number(goroutine), offset: Number(offset) }
    return { traced, ...place, values: values.split(separator) }
  }

  /** All that is to be had in a file: theirs, and then these. */
  merged(file: string): { readonly all: object; readonly theirs: number; readonly ours: readonly Traced[] } {
    const theirs = this.theirs.in(file)
    const lines = new Set(theirs.breakpoints.map(({ line }) => line))
    const ours = this.quiet === 'away' ? [] : this.functions.filter(one => isIn(one, file, lines))
    const added = ours.map(traced => ({
      line: traced.asked.line,
      ...(this.tells(traced) ? { logMessage: messageOf(traced.asked) } : {}),
    }))
    return {
      all: { ...theirs, breakpoints: [...theirs.breakpoints, ...added] },
      ...{ theirs: theirs.breakpoints.length, ours },
    }
  }

  send(file: string): Promise<void> {
    const { all, theirs, ours } = this.merged(file)
    for (const one of this.functions) if (one.asked.file === file) one.told = this.#has(one)
    const isAway = this.quiet === 'away'
    return this.#answered(
      this.#ask('setBreakpoints', all, setBreakpointsBodySchema, setMs).then(({ breakpoints }) => {
        for (const traced of isAway ? [] : this.functions.filter(({ asked }) => asked.file === file)) {
          const at = ours.indexOf(traced)
          const said = at < 0 ? undefined : breakpoints[theirs + at]
          const isSet = said?.verified === true
          traced.breakpoint = isSet ? said.id : undefined
          traced.problem = isSet ? undefined : (said?.message ?? taken)
        }
      }),
    )
  }

  /** These alone. */
  sendReturns(addresses: readonly string[]): Promise<readonly AdapterBreakpoint[]> {
    const breakpoints = addresses.map(instructionReference => ({ instructionReference }))
    this.#sent = addresses.join()
    const asked = this.#ask('setInstructionBreakpoints', { breakpoints }, setBreakpointsBodySchema, setMs)
    return this.#answered(
      asked.then(
        told => told.breakpoints,
        error => {
          this.#sent = '?'
          throw error
        },
      ),
    )
  }

  /** None stands where something returns, until they are settled. */
  async takeReturnsAway(): Promise<void> {
    if (this.#sent !== '') await this.sendReturns([])
  }

  /**
   * Has Delve have what it is to have, while the program stands. What is to be sent is sent at once. Whether returns are heard of
   * no more where they were: at an address Delve takes one breakpoint, and somebody's own may stand there now.
   */
  async settle(): Promise<boolean> {
    for (const { traced } of this.returns.values()) if (!this.functions.includes(traced)) this.forget(traced)
    const changed = this.functions.filter(one => one.problem === undefined && one.told !== this.#has(one))
    const files = new Set(changed.map(({ asked }) => asked.file))
    const sent = [...files].map(file => this.send(file))
    const wanted = this.quiet !== false ? [] : [...this.returns.keys()]
    const answered = this.#sent === wanted.join() ? undefined : this.sendReturns(wanted)
    const [answers] = await Promise.all([answered, ...sent])
    const lost = wanted.filter((_, at) => answers !== undefined && answers[at]?.verified !== true)
    for (const { traced } of lost.flatMap(address => this.returns.get(address) ?? [])) {
      this.forget(traced)
      traced.code = 'unseen'
    }
    return lost.length > 0
  }

  /** Where it begins and returns is not known any more. */
  forget(traced: Traced): void {
    for (const [address, one] of this.returns) if (one.traced === traced) this.returns.delete(address)
    for (const [address, one] of this.entries) if (one === traced) this.entries.delete(address)
  }

  #has(traced: Traced): Traced['told'] {
    return this.quiet === 'away' ? 'away' : this.tells(traced)
  }

  #answered<Answer>(answer: Promise<Answer>): Promise<Answer> {
    // Not what it has answered: each would keep all before it.
    this.#settled = Promise.allSettled([this.#settled, answer]).then(() => undefined)
    return answer
  }
}

const isIn = ({ asked }: Traced, file: string, taken: ReadonlySet<number>): boolean =>
  asked.file === file && !taken.has(asked.line)

/** What Go does not name, nobody can ask for. */
export const argumentsOf = ({ parameters }: TracedFunction) => parameters.filter(name => name !== '_')

const messageOf = (asked: TracedFunction): string => {
  const values = argumentsOf(asked).map(name => `{${name}}`)
  return `~call ${asked.id} {runtime.frameoff}~${values.join(separator)}`
}
