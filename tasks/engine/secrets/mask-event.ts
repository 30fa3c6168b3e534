import type { EngineEvent } from '../events.ts'
import { maskError } from './mask-values.ts'
import type { Masker } from './masker.ts'

/** The event without secrets: in what tasks say, and in what they throw. All else is the engine's, and holds none. */
export function maskEvent(masker: Masker, event: EngineEvent): EngineEvent {
  if (masker.empty) return event
  switch (event.type) {
    case 'task-log':
      return { ...event, line: masker.mask(event.line) }
    case 'task-progress':
    case 'task-print':
      return { ...event, text: masker.mask(event.text) }
    case 'task-failed':
    case 'task-retrying':
      return { ...event, error: maskError(masker, event.error) }
    case 'run-cancelled':
      // What was thrown outside of any task, where that ended the run.
      return { ...event, reason: maskError(masker, event.reason) }
    case 'run-started':
      return { ...event, plan: maskWords(masker, event.plan) }
    case 'task-trouble':
    case 'run-trouble':
    case 'run-finished':
    case 'task-started':
    case 'task-up-to-date':
    case 'task-restored':
    case 'task-resumed':
    case 'task-took-terminal':
    case 'task-released-terminal':
    case 'task-waits':
    case 'task-ready':
    case 'task-succeeded':
    case 'task-aborted':
    case 'task-skipped':
    case 'task-processes-ended':
      return event
  }
}

type Plan = (EngineEvent & { readonly type: 'run-started' })['plan']

/** A secret may have been typed. */
function maskWords(masker: Masker, plan: Plan): Plan {
  const masked = (words: readonly string[]) => words.map(word => masker.mask(word))
  return {
    ...plan,
    steps: plan.steps.map(step => ({ ...step, words: masked(step.words), rest: masked(step.rest) })),
  }
}
