import type { z } from 'zod'
import type { AdapterBreakpoint } from '../dap-messages.ts'
import type { BreakpointTable, Placed, ToPlace } from './breakpoint-table.ts'
import {
  type AccessType,
  accessTypes,
  type setBreakpointsSchema,
  type setDataBreakpointsSchema,
  type setFunctionBreakpointsSchema,
  type setInstructionBreakpointsSchema,
} from './dap-requests.ts'
import { exitCodeRegister } from './exception-info.ts'
import { inFrame } from './frames.ts'
import { everyHit, type HitCondition, parseHitCondition } from './hit-condition.ts'
import { parseLogMessage } from './log-message.ts'
import type { Logpoints } from './logpoints.ts'
import { addressOf, hexadecimal } from './memory.ts'
import { bkptAnswerSchema, type GdbBkpt, watchAnswerSchema } from './mi-answers.ts'
import { type MiClient, MiRefusal } from './mi-client.ts'
import { miWord } from './mi-words.ts'
import { refuseCommands } from './own-commands.ts'
import { parseWatched } from './watched.ts'

type Set = { readonly breakpoints: AdapterBreakpoint[] }
type When = { condition?: string | undefined; hitCondition?: string | undefined }

/**
 * What clients ask to stop at. A request replaces all of its kind (those of lines: all of a file); what it has in common
 * with the one before stays as it is, its count of hits too.
 */
export class Breakpoints {
  readonly #gdb: MiClient
  readonly #table: BreakpointTable
  readonly #logpoints: Logpoints
  readonly #hasDebugRegisters: () => Promise<boolean>
  readonly #sets = new Map<string, Map<string, Placed>>()
  readonly #created = new Map<number, GdbBkpt>()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(
    gdb: MiClient,
    table: BreakpointTable,
    logpoints: Logpoints,
    hasDebugRegisters: () => Promise<boolean>,
  ) {
    this.#hasDebugRegisters = hasDebugRegisters
    this.#gdb = gdb
    this.#table = table
    this.#logpoints = logpoints
  }

  inLines({ source: { path }, breakpoints }: z.output<typeof setBreakpointsSchema>): Promise<Set> {
    return this.#replace(`lines of ${path}`, breakpoints, ({ line, logMessage, ...when }) =>
      logMessage === undefined
        ? this.#insert(`--source ${miWord(path)} --line ${line}`, when, inLine(path, line, 'breakpoint'))
        : this.#insertLogpoint(path, line, logMessage, when),
    )
  }

  atFunctions({ breakpoints }: z.output<typeof setFunctionBreakpointsSchema>): Promise<Set> {
    return this.#replace('functions', breakpoints, ({ name, ...when }) =>
      this.#insert(`--function ${miWord(name)}`, when, {
        line: undefined,
        reason: 'function breakpoint',
        unbound: `no function ${name} is loaded yet: it binds when a library that has it is`,
      }),
    )
  }

  atInstructions({ breakpoints }: z.output<typeof setInstructionBreakpointsSchema>): Promise<Set> {
    return this.#replace('instructions', breakpoints, ({ instructionReference, offset, ...when }) => {
      const address = addressOf(instructionReference, offset)
      if (address === undefined) throw new MiRefusal(`${instructionReference} is no address`)
      return this.#insert(miWord(`*${hexadecimal(address)}`), when, {
        line: undefined,
        reason: 'instruction breakpoint',
        unbound: 'nothing is loaded there yet',
      })
    })
  }

  /** Which accesses to data are noticed here: without debug registers a change alone. */
  async watchable(): Promise<readonly AccessType[]> {
    return (await this.#hasDebugRegisters()) ? accessTypes : ['write']
  }

  onData({ breakpoints }: z.output<typeof setDataBreakpointsSchema>): Promise<Set> {
    return this.#replace('data', breakpoints, async ({ dataId, accessType, ...when }) => {
      const watched = parseWatched(dataId)
      if (watched === undefined) throw new MiRefusal('this is no dataId that dataBreakpointInfo has told')
      const { expression, place } = watched
      refuseCommands(expression, when.condition)
      const where = place === null ? '' : inFrame(place)
      if (!(await this.#hasDebugRegisters())) await this.#gdb.tell('-gdb-set can-use-hw-watchpoints 0')
      const command = `-break-watch ${where} ${watchOptions[accessType]} ${miWord(expression)}`
      const { number } = await this.#gdb.ask(command, watchAnswerSchema)
      const hits = hitsOf(when)
      const placed = this.#table.add(
        { number, times: 0 },
        { ...{ hits, line: undefined, reason: 'data breakpoint', unbound: '' } },
      )
      try {
        if (when.condition !== undefined)
          await this.#gdb.tell(`-break-condition ${number} ${miWord(when.condition)}`)
        if (hits.skip > 0) await this.#gdb.tell(`-break-after ${number} ${hits.skip}`)
      } catch (error) {
        await this.#remove(placed)
        throw error
      }
      return placed
    })
  }

  /** `throw` and `catch`, of C++, and `exits`. */
  async onExceptions(filters: readonly string[]): Promise<void> {
    const wanted = (['throw', 'catch', 'exits'] as const).filter(filter => filters.includes(filter))
    await this.#replace('exceptions', wanted, async filter => {
      const command = filter === 'exits' ? exitsWithCode : `-catch-${filter}`
      const { bkpt } = await this.#gdb.ask(command, bkptAnswerSchema)
      const reason = filter === 'exits' ? 'exit' : 'exception'
      return this.#table.add(bkpt, { line: undefined, reason, unbound: '' })
    })
  }

  /** gdb's notice of one that its own command line has made. */
  created(bkpt: GdbBkpt): void {
    this.#created.set(bkpt.number, bkpt)
  }

  /** After a stop at it: those that have stopped often enough stop no more. */
  stoppedAt(placed: readonly Placed[]): void {
    for (const one of placed) {
      one.stopped += 1
      const { stops, between } = one.hits
      // Whatever sends the program on comes behind it.
      if (stops !== null && one.stopped >= stops) this.#soon(`-break-disable ${one.number}`)
      else if (between > 0) this.#soon(`-break-after ${one.number} ${between}`)
    }
  }

  /** Those that may stop it now: not what has stopped often enough. */
  get enabled(): number[] {
    return this.#table.numbers.filter(number => {
      const placed = this.#table.get(number)
      return (
        placed !== undefined &&
        !placed.gone &&
        (placed.hits.stops === null || placed.stopped < placed.hits.stops)
      )
    })
  }

  #replace<Wanted>(
    kind: string,
    wanted: readonly Wanted[],
    place: (one: Wanted) => Promise<Placed>,
  ): Promise<Set> {
    const done = this.#turn.then(async () => {
      const before = this.#sets.get(kind) ?? new Map<string, Placed>()
      const now = new Map<string, Placed>()
      const answers: AdapterBreakpoint[] = []
      const keys = new globalThis.Set(wanted.map(one => JSON.stringify(one)))
      for (const [key, placed] of before) if (!keys.has(key)) await this.#remove(placed)
      for (const one of wanted) {
        const key = JSON.stringify(one)
        try {
          const placed = now.get(key) ?? before.get(key) ?? (await place(one))
          now.set(key, placed)
          answers.push(placed.told)
        } catch (error) {
          if (!(error instanceof MiRefusal || error instanceof RangeError)) throw error
          answers.push({ verified: false, message: error.message })
        }
      }
      this.#sets.set(kind, now)
      return { breakpoints: answers }
    })
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #insert(place: string, when: When, to: ToPlace): Promise<Placed> {
    refuseCommands(when.condition)
    const hits = hitsOf(when)
    const condition = when.condition === undefined ? '' : `-c ${miWord(when.condition)}`
    const skipped = hits.skip > 0 ? `-i ${hits.skip}` : ''
    const { answer, log } = await this.#gdb.askWithLog(
      `-break-insert -f ${condition} ${skipped} ${place}`,
      bkptAnswerSchema,
    )
    // It knows the file, but no code from that line on.
    const unbound = /^No line \d+ in file /m.test(log) ? `${behindCode}; ${to.unbound}` : to.unbound
    return this.#table.add(answer.bkpt, { ...to, unbound, hits })
  }

  async #insertLogpoint(path: string, line: number, message: string, when: When): Promise<Placed> {
    const hits = hitsOf(when)
    const parts = parseLogMessage(message)
    refuseCommands(when.condition, ...parts.map(({ text }) => text))
    const condition = when.condition ?? null
    const number = await this.#logpoints.place({ path, line, condition, parts, ...hits })
    const bkpt = this.#created.get(number) ?? { number, times: 0 }
    this.#created.delete(number)
    return this.#table.add(bkpt, inLine(path, line, 'breakpoint'))
  }

  #soon(command: string): void {
    this.#gdb.tell(command).catch(() => undefined)
  }

  async #remove(placed: Placed): Promise<void> {
    this.#table.remove(placed.number)
    // gdb may have taken away by itself what has gone out of scope.
    await this.#gdb.tell(`-break-delete ${placed.number}`).catch(() => undefined)
  }
}

/** Whatever a program does to end itself comes to this function of the C library, with the code in the first register. */
const exitsWithCode = `-break-insert -f -c ${miWord(`(int)${exitCodeRegister} != 0`)} --qualified --function _exit`

const behindCode = 'the program has no code in this line of the file, nor behind it'

const inLine = (path: string, line: number, reason: string): ToPlace => ({
  line,
  reason,
  unbound: `no code of line ${line} of ${path} is loaded: it binds when a library that has it is; was the program built with -g, from this file?`,
})

function hitsOf({ hitCondition }: When): HitCondition {
  if (hitCondition === undefined || hitCondition.trim() === '') return everyHit
  const hits = parseHitCondition(hitCondition)
  if (hits !== undefined) return hits
  throw new MiRefusal(
    `${JSON.stringify(hitCondition)} is no count of hits; expected N, >=N, >N, <N, <=N or %N, N from 1`,
  )
}

const watchOptions: Readonly<Record<AccessType, string>> = { write: '', read: '-r', readWrite: '-a' }
