import type { PhaseRecord } from './events.ts'

/** Why a run did not come to its end: by a signal, or with its harness. */
export type Stopped = 'cancelled' | 'killed' | undefined
export type Outcome = 'passed' | 'failed' | Exclude<Stopped, undefined>

/** `summary.json`, for programs. Version 1: fields may be added, none goes away. */
export type Summary = {
  readonly version: 1
  readonly run: string
  readonly outcome: Outcome
  /** What failed first, and why; null where all passed. */
  readonly failed: { readonly phase: string; readonly reason: string } | null
  /** Who did the stages, in words. */
  readonly agent: string
  readonly source: string
  readonly revision: string | null
  readonly workspace: string
  readonly kept: boolean
  readonly started_at: string
  readonly duration_ms: number
  /** With what the harness did itself before them and after them. */
  readonly phases: readonly PhaseRecord[]
  /** What was found after the phases, whether one of them has failed or not. */
  readonly findings: readonly Finding[]
}

/** What the harness itself found after the phases, in the order in which it looked. */
export type Finding = { readonly phase: string; readonly reason: string }

type Facts = Omit<Summary, 'version' | 'outcome' | 'failed'> & {
  readonly stopped: Stopped
  /** What the harness did itself. */
  readonly before: readonly PhaseRecord[]
  readonly after: readonly PhaseRecord[]
}

/** A run has passed where every phase has, and nothing was found after them. One that was told to end has not. */
export function summaryOf({ stopped, before, after, ...facts }: Facts): Summary {
  const phases = [...before, ...facts.phases, ...after]
  const isFailed = ({ outcome }: PhaseRecord) => outcome === 'failed'
  const unfinished = [...before, ...facts.phases].find(({ outcome }) => outcome !== 'passed')
  const broken = [...before, ...facts.phases].find(isFailed) ?? unfinished
  const failed =
    failureIn(broken) ??
    facts.findings[0] ??
    failureIn(after.find(isFailed)) ??
    (facts.phases.length === 0 ? nothingRan : null)
  const outcome = stopped ?? (failed === null ? 'passed' : 'failed')
  return { version: 1, outcome, failed, ...facts, phases }
}

const nothingRan: Finding = { phase: 'start', reason: 'the phases were not begun: see harness.log' }

function failureIn(record: PhaseRecord | undefined): Finding | undefined {
  if (record === undefined) return undefined
  return { phase: record.name, reason: reasonOf(record) }
}

function reasonOf(record: PhaseRecord): string {
  switch (record.outcome) {
    case 'failed':
      return record.reason
    case 'passed':
      return 'it has passed'
    case 'running':
      return 'it was at work when the run was cut off'
    case 'ended':
      return 'it was ended while it was at work'
    case 'waiting':
    case 'skipped':
      return 'it was not begun'
  }
}
