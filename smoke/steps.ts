import { monotonicMs } from '../lib/monotonic.ts'
import type { PhaseRecord } from './evidence/events.ts'

/** What the harness does itself, before the phases and after them: they could not be undone by what fails among those, nor be left out after it. */
export const stepsBefore = {
  'clean-up': 'Remove the workspaces that no run is at work in',
  workspace: 'Move into the workspace, and write down what has to stay as it is',
} as const
export const stepsAfter = {
  evidence: 'Keep the evidence',
  remove: 'Remove the workspace, or what signs in to Codex of one that is kept',
} as const

const descriptions = { ...stepsBefore, ...stepsAfter }
export type StepName = keyof typeof descriptions

/** How one of them went, and when it was begun, in milliseconds since 1970. */
export type StepRecord = PhaseRecord & { readonly at: number }

/** Times what the harness does. Of one that is done in several pieces the times are added. */
export class Steps {
  readonly #now: () => number
  readonly #records = new Map<StepName, StepRecord>()

  constructor(now: () => number) {
    this.#now = now
  }

  get records(): readonly StepRecord[] {
    return [...this.#records.values()]
  }

  get hasFailed(): boolean {
    return this.records.some(({ outcome }) => outcome === 'failed')
  }

  async run<Result>(name: StepName, work: () => Promise<Result>): Promise<Result> {
    const former = this.#records.get(name)
    const [at, begun] = [former?.at ?? this.#now(), monotonicMs()]
    const spent = () =>
      Math.round(monotonicMs() - begun + (former !== undefined && 'ms' in former ? former.ms : 0))
    const record = { name, describe: descriptions[name], at }
    try {
      const result = await work()
      this.#records.set(name, { ...record, outcome: 'passed', ms: spent() })
      return result
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#records.set(name, { ...record, outcome: 'failed', ms: spent(), reason })
      throw error
    }
  }
}
