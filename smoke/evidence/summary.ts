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
  readonly source: string
  readonly revision: string | null
  readonly workspace: string
  readonly kept: boolean
  readonly started_at: string
  readonly duration_ms: number
  readonly phases: readonly PhaseRecord[]
  /** What was found after the phases, whether one of them has failed or not. */
  readonly findings: readonly Finding[]
}

/** What the harness itself found after the phases, in the order in which it looked. */
export type Finding = { readonly phase: string; readonly reason: string }

type Facts = Omit<Summary, 'version' | 'outcome' | 'failed'> & { readonly stopped: Stopped }

/** A run has passed where every phase has, and nothing was found after them. One that was told to end has not. */
export function summaryOf({ stopped, ...facts }: Facts): Summary {
  const unfinished = facts.phases.find(({ outcome }) => outcome !== 'passed')
  const broken = facts.phases.find(({ outcome }) => outcome === 'failed') ?? unfinished
  const failed = failureIn(broken) ?? facts.findings[0] ?? (facts.phases.length === 0 ? nothingRan : null)
  const outcome = stopped ?? (failed === null ? 'passed' : 'failed')
  return { version: 1, outcome, failed, ...facts }
}

const nothingRan: Finding = { phase: 'start', reason: 'the phases were not begun: see harness.log' }

function failureIn(record: PhaseRecord | undefined): Finding | undefined {
  if (record === undefined) return undefined
  const reason = record.outcome === 'failed' ? record.reason : `it is ${record.outcome}`
  return { phase: record.name, reason }
}
