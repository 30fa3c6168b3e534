import { isGlob, plainPath } from '../files/find-files.ts'
import { taskInputs } from '../files/task-inputs.ts'
import { type Graph, nodeOf } from '../graph.ts'
import type { Memory } from '../memory/memory.ts'
import type { Plan, PlanStep } from '../plan.ts'
import type { AnyPlace, Input } from '../task.ts'
import { type Declared, isRemembered, type Judge } from './judge.ts'
import { Packing, Settled } from './settled.ts'

export interface SettlementSetting {
  readonly graph: Graph
  readonly plan: Plan
  readonly judge: Judge
  readonly workplace: {
    readonly memory: Memory
    /** With fewer tasks than this, each is judged by its own record: to read all that is kept would take longer. */
    readonly settlesFrom: number
  }
  /** Nothing is settled: all tasks are to run. */
  readonly force: boolean
}

/** As long as no more than this part of a plan changes, those are judged by their own records: to keep all anew takes longer. */
const few = 1 / 32

interface Present {
  readonly declared: Declared
  readonly text: string
}

/**
 * Finds out before a run which of its tasks are up to date without a doubt: those that need only such tasks, and of
 * which nothing at all has changed. They need not be judged one by one. After the run, keeps what is up to date by then for
 * the next one.
 */
export class Settlement {
  /** Those that are up to date. */
  readonly names: ReadonlySet<string>
  readonly #setting: SettlementSetting
  readonly #settled: Settled | undefined
  readonly #struck: ReadonlySet<string>
  readonly #present = new Map<string, Present>()
  #hasNews = false

  constructor(setting: SettlementSetting) {
    this.#setting = setting
    const { judge, plan, force } = setting
    const { memory } = setting.workplace
    memory.watchChanges()
    const kept = force || !this.#isLarge ? undefined : memory.settled()
    this.#settled = kept && Settled.read(kept, path => judge.files.absolute(path))
    this.#struck = new Set(kept?.struck)
    this.names = this.#isLarge ? this.#find() : none
    this.#hasNews ||= !this.#isLarge
    const open = plan.steps
      .map(({ name }) => name)
      .filter(name => !this.names.has(name) && this.#isJudged(name))
    if (open.length > 0) judge.readRecords(open)
  }

  /** Whether it is known of some task that it declares what it did not before, or not known. */
  get hasNews(): boolean {
    return this.#hasNews
  }

  /** Keeps what is up to date now, and nothing where that is what was kept before. */
  keep(isUpToDate: (name: string) => boolean): void {
    const { plan, judge } = this.#setting
    const { memory } = this.#setting.workplace
    const open = plan.steps.filter(({ name }) => !this.names.has(name) && this.#isJudged(name))
    if (!this.#isLarge || (this.#settled !== undefined && open.length <= few * plan.steps.length)) {
      memory.strikeChanged()
      return
    }
    const away = new Set([...this.#struck, ...memory.changed, ...open.map(({ name }) => name)])
    const packing = this.#settled?.without(away) ?? new Packing()
    for (const { name, needs } of open) {
      const present = this.#present.get(name)
      const record = isUpToDate(name) ? judge.record(name) : undefined
      if (present === undefined || record?.valid !== true) continue
      const { text, declared } = present
      // What a task changed in its own environment, others have not begun with.
      if (!record.facts.startsWith(JSON.stringify(declared.facts).slice(0, -1))) continue
      const { inputs, outputs } = record
      const listed = !areFiles(declared.inputs, inputs.paths)
      packing.add({ name, text, listed, needs: needs.map(need => need.name), inputs, outputs })
    }
    memory.keepSettled(packing.kept)
  }

  get #isLarge(): boolean {
    const { plan, workplace } = this.#setting
    return plan.steps.length >= workplace.settlesFrom
  }

  #isJudged(name: string): boolean {
    return isRemembered(nodeOf(this.#setting.graph, name).task)
  }

  #find(): ReadonlySet<string> {
    const names = new Set<string>()
    for (const step of this.#setting.plan.steps) if (this.#isSettled(step, names)) names.add(step.name)
    return names
  }

  #isSettled(step: PlanStep, names: ReadonlySet<string>): boolean {
    const { name, needs, params, rest } = step
    const { graph, judge } = this.#setting
    const { task, directory } = nodeOf(graph, name)
    if (!isRemembered(task)) return false
    // What its functions receive is what its own `params` made; the type is known there and not here.
    const place = { root: judge.files.root, params, rest } as AnyPlace
    const declared = judge.declared({ name, task, directory, place })
    if (declared === undefined) {
      this.#hasNews = true
      return false
    }
    const text = textOf(step, declared)
    this.#present.set(name, { declared, text })
    if (this.#settled?.declares(name, text) !== true) {
      this.#hasNews = true
      return false
    }
    if (this.#struck.has(name)) return false
    for (const need of needs) if (!names.has(need.name)) return false
    return this.#settled.isSame(name, () => taskInputs(name, declared.inputs, judge.found).paths)
  }
}

const none: ReadonlySet<string> = new Set()

function textOf({ needs }: PlanStep, { inputs, facts }: Declared): string {
  return JSON.stringify([needs, inputs.some(isValue) ? inputs.map(withoutValue) : inputs, facts])
}

const isValue = (input: Input): boolean => typeof input === 'object' && 'name' in input

/** The value is among the facts. */
function withoutValue(input: Input): unknown {
  return typeof input === 'object' && 'name' in input ? { name: input.name } : input
}

/** Whether inputs that are declared name these files and nothing else. */
function areFiles(inputs: readonly Input[], paths: readonly string[]): boolean {
  const named = inputs.filter(input => !isValue(input))
  const files = new Set<string>()
  for (const input of named) {
    if (typeof input !== 'string' || input.startsWith('!') || isGlob(input)) return false
    files.add(plainPath(input))
  }
  return files.size === paths.length && paths.every(path => files.has(path))
}
