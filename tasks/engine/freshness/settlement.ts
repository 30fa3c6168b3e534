import { isGlob, plainPath } from '../files/find-files.ts'
import { inputsFrom } from '../files/paths-from.ts'
import { isValue, taskInputs } from '../files/task-inputs.ts'
import { type Graph, nodeOf } from '../graph.ts'
import { keepSettled, readSettled, strikeChanged } from '../memory/kept-settled.ts'
import type { Memory } from '../memory/memory.ts'
import type { Plan, PlanStep } from '../plan.ts'
import type { AnyPlace, Input } from '../task.ts'
import type { Facts } from './facts.ts'
import { isRemembered } from './is-remembered.ts'
import type { Judge } from './judge.ts'
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

/** What a task that is not settled declared before the run. */
interface Present {
  readonly text: string
  readonly facts: Facts
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
  /** The checks that the kept tasks of this plan come from. */
  readonly #checks = new Set<number>()

  constructor(setting: SettlementSetting) {
    this.#setting = setting
    const { judge, plan } = setting
    const { memory } = setting.workplace
    memory.watchChanges()
    const kept = this.#isLarge ? readSettled(memory) : undefined
    this.#settled = kept && Settled.read(kept, path => judge.files.absolute(path))
    this.#struck = new Set(kept?.struck)
    this.names = this.#isLarge ? this.#find() : none
    this.#hasNews ||= !this.#isLarge
    const open = plan.steps
      .map(({ name }) => name)
      .filter(name => !this.names.has(name) && this.#isJudged(name))
    if (open.length > 0) judge.readRecords(open)
  }

  /** Whether some of these tasks may have an output in common: where one is new, or was never planned with the others. */
  get hasNews(): boolean {
    return this.#hasNews || this.#checks.size > 1
  }

  /** Keeps what is up to date now, and nothing where that is what was kept before. */
  keep(isUpToDate: (name: string) => boolean): void {
    const { plan, judge } = this.#setting
    const { memory } = this.#setting.workplace
    const open = plan.steps.filter(({ name }) => !this.names.has(name) && this.#isJudged(name))
    const isMuch = open.length > few * plan.steps.length || this.#checks.size > 1
    if (!this.#isLarge || (this.#settled !== undefined && !isMuch)) {
      strikeChanged(memory)
      return
    }
    const away = new Set([...this.#struck, ...(memory.changes?.names ?? []), ...open.map(({ name }) => name)])
    const checked = this.hasNews ? (this.#settled?.lastCheck ?? 0) + 1 : ([...this.#checks][0] ?? 0)
    const planned = new Set(plan.steps.map(nameOf))
    const checkOf = (name: string, before: number) => (planned.has(name) ? checked : before)
    const packing = this.#settled?.without(away, checkOf) ?? new Packing()
    for (const { name, needs } of open) {
      const present = this.#present.get(name)
      const record = isUpToDate(name) ? judge.record(name) : undefined
      if (present === undefined || record?.valid !== true) continue
      const { text, facts } = present
      // What a task changed in its own environment, others have not begun with.
      if (!record.facts.startsWith(JSON.stringify(facts).slice(0, -1))) continue
      const { inputs, outputs } = record
      const listed = !areFiles(this.#inputsOf(name), inputs.paths)
      packing.add({ name, text, listed, checked, needs: needs.map(need => need.name), inputs, outputs })
    }
    keepSettled(memory, packing.kept)
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

  #isSettled({ name, needs, params, rest }: PlanStep, names: ReadonlySet<string>): boolean {
    const { graph, judge, force } = this.#setting
    const { task, directory } = nodeOf(graph, name)
    if (!isRemembered(task)) return false
    // What its functions receive is what its own `params` made; the type is known there and not here.
    const declaring = { name, task, directory, place: { root: judge.files.root, params, rest } as AnyPlace }
    const text = quietly(() => judge.declaredText(declaring, needs.map(nameOf)))
    const place = this.#settled?.placeOf(name)
    if (text !== undefined && place !== undefined && this.#settled?.declares(place, text) === true) {
      this.#checks.add(this.#settled.checkOf(place))
      const find = () => taskInputs(name, this.#inputsOf(name), judge.found).paths
      const isOpen = force || this.#struck.has(name) || needs.some(need => !names.has(need.name))
      if (!isOpen && quietly(() => this.#settled?.isSame(place, find)) === true) return true
    } else this.#hasNews = true
    if (text !== undefined) this.#present.set(name, { text, facts: judge.declaredFacts(declaring) })
    return false
  }

  /** Of a task that declares them. */
  #inputsOf(name: string): readonly Input[] {
    const { task, directory } = nodeOf(this.#setting.graph, name)
    const { inputs = [] } = task.options
    return typeof inputs === 'function' ? [] : inputsFrom(directory, inputs)
  }
}

/** Undefined where it throws: what is wrong with a task is told when it is judged. */
function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

const none: ReadonlySet<string> = new Set()
const nameOf = ({ name }: { readonly name: string }): string => name

/** Whether inputs that are declared name these files and nothing else. */
export function areFiles(inputs: readonly Input[], paths: readonly string[]): boolean {
  const named = inputs.filter(input => !isValue(input))
  const files = new Set<string>()
  for (const input of named) {
    if (typeof input !== 'string' || input.startsWith('!') || isGlob(input)) return false
    files.add(plainPath(input))
  }
  return files.size === paths.length && paths.every(path => files.has(path))
}
