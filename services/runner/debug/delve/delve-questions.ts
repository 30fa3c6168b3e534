import { z } from 'zod'
import { anyBodySchema, evaluateBodySchema, threadsBodySchema, variablesBodySchema } from '../dap-messages.ts'
import type { Speaker } from '../within/dap-within.ts'
import { disassembledSchema, type Instruction } from './returns-in.ts'

/** Of each, while the program stands, in milliseconds. */
const answerMs = 10_000
/** In instructions: at once, and at the most. */
const page = 400
const mostPages = 50

const frameSchema = z.looseObject({
  id: z.int(),
  name: z.string(),
  line: z.int(),
  source: z.looseObject({ path: z.string().optional() }).nullish(),
  instructionPointerReference: z.string(),
})
export type GoFrame = z.infer<typeof frameSchema>
const stackSchema = z.object({ stackFrames: z.array(frameSchema).min(1) })
const scopesSchema = z.object({ scopes: z.array(z.object({ variablesReference: z.int() })) })

export type Within = {
  readonly offset: number
  readonly variables: readonly { readonly name: string; readonly value: string }[]
}
export type Standing = { readonly goroutine: number; readonly frames: readonly GoFrame[] }

/** What is asked of Delve about goroutines while all of them stand. */
export class DelveQuestions {
  readonly #ask: Speaker['ask']

  constructor(ask: Speaker['ask']) {
    this.#ask = ask
  }

  async where(goroutine: number, levels = 1): Promise<Standing> {
    const { stackFrames } = await this.#ask(
      'stackTrace',
      { threadId: goroutine, levels },
      stackSchema,
      answerMs,
    )
    return { goroutine, frames: stackFrames }
  }

  /** Where a call lies, its arguments and results. `variables`: by which number they are to be had, if that is known. */
  async within(frame: number, variables?: number): Promise<Within> {
    const offset = this.evaluate('runtime.frameoff', frame)
    const scopes = this.#ask('scopes', { frameId: frame }, scopesSchema, answerMs)
    const early = variables === undefined ? undefined : this.#variables(variables).catch(() => undefined)
    const [at, told, first] = await Promise.all([offset, scopes, early])
    const reference = told.scopes[0]?.variablesReference ?? 0
    const known = first !== undefined && reference === variables ? first : await this.#variables(reference)
    const number = Number.parseInt(at, 10)
    if (!Number.isSafeInteger(number)) throw new Error(`Delve tells no place on the stack: ${at}`)
    return { offset: number, variables: known }
  }

  async evaluate(expression: string, frameId?: number): Promise<string> {
    const parameters = { expression, context: 'watch', ...(frameId === undefined ? {} : { frameId }) }
    return (await this.#ask('evaluate', parameters, evaluateBodySchema, answerMs)).result
  }

  /** Whether other goroutines may run: whoever runs code of Go has one of these processors. */
  async isAlone(): Promise<boolean> {
    const [all, idle] = await Promise.all([
      this.evaluate('runtime.gomaxprocs'),
      this.evaluate('runtime.sched.npidle'),
    ]).catch(() => ['', ''] as const)
    // Later versions of Go have it in a structure.
    return Number.parseInt(all, 10) - Number.parseInt(/^\d+|(?<=value: )\d+/.exec(idle)?.[0] ?? '', 10) === 1
  }

  /** Goroutines that run, but for this one; of the first 1,024 that there are. */
  async running(but: number): Promise<number[]> {
    const { threads } = await this.#ask('threads', {}, threadsBodySchema, answerMs)
    return threads.filter(({ id, name }) => id !== but && / \(Thread \d+\)$/.test(name)).map(({ id }) => id)
  }

  /** The instructions from an address on, until there are enough. */
  async code(from: string, isEnough: (all: readonly Instruction[]) => boolean): Promise<Instruction[]> {
    const all: Instruction[] = []
    for (let pages = 0; pages < mostPages && !isEnough(all); pages++) {
      const last = all.at(-1)
      const parameters = {
        memoryReference: last?.address ?? from,
        ...{ instructionOffset: last === undefined ? 0 : 1, instructionCount: page },
      }
      const { instructions } = await this.#ask('disassemble', parameters, disassembledSchema, answerMs)
      if (instructions.length === 0) break
      all.push(...instructions)
    }
    return all
  }

  /** Resolves once it goes on. */
  async goOn(threadId: number): Promise<void> {
    await this.#ask('continue', { threadId }, anyBodySchema, answerMs)
  }

  async #variables(variablesReference: number): Promise<Within['variables']> {
    return (await this.#ask('variables', { variablesReference }, variablesBodySchema, answerMs)).variables
  }
}
