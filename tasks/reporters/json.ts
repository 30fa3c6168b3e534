import { inspect } from 'node:util'
import { UserError } from '../../lib/user-error.ts'
import { CommandError } from '../engine/command-error.ts'
import type { EngineEvent } from '../engine/events.ts'
import type { JsonError, JsonEvent } from './json-events.ts'
import type { Renderer } from './renderer.ts'
import type { TaskTraces } from './reporter.ts'

/** NDJSON: a line for each event, in the form that `json-events.ts` declares. */
export function jsonRenderer(traces: TaskTraces): Renderer {
  return { take: event => `${JSON.stringify(jsonOf(event, traces))}\n`, end: () => '' }
}

function jsonOf(event: EngineEvent, { commandFor, logFileOf }: TaskTraces): JsonEvent {
  switch (event.type) {
    case 'run-started': {
      const { type, at, run, jobs, plan } = event
      const tasks = plan.steps.map(({ name, describe, needs, words, rest }) => ({
        name,
        describe,
        needs: [...new Set(needs.map(need => need.name))],
        words: [...words],
        rest: [...rest],
      }))
      return { type, version: 1, at, run, jobs, targets: [...plan.targets], tasks }
    }
    case 'run-cancelled':
      return { type: event.type, at: event.at, reason: textOf(event.reason) }
    case 'task-failed': {
      const { type, at, name, durationMs, error } = event
      const logFile = logFileOf(name)
      return {
        type,
        at,
        name,
        durationMs,
        error: jsonErrorOf(error),
        command: commandFor(name),
        ...(logFile !== undefined && { logFile }),
      }
    }
    case 'task-started':
    case 'task-restored':
      return { ...event, why: [...event.why] }
    case 'task-retrying':
      return { ...event, error: jsonErrorOf(event.error) }
    case 'task-processes-ended':
      return { ...event, remaining: [...event.remaining] }
    case 'run-trouble':
    case 'run-finished':
    case 'task-up-to-date':
    case 'task-resumed':
    case 'task-waits':
    case 'task-ready':
    case 'task-trouble':
    case 'task-log':
    case 'task-progress':
    case 'task-print':
    case 'task-took-terminal':
    case 'task-released-terminal':
    case 'task-succeeded':
    case 'task-aborted':
    case 'task-skipped':
      return event
  }
}

function jsonErrorOf(error: unknown): JsonError {
  if (error instanceof UserError) {
    const { message, fix } = error
    return { kind: 'user', message, ...(fix !== undefined && { fix }) }
  }
  if (error instanceof CommandError) {
    const { message, command, fault, lastLines } = error
    return { kind: 'command', message, command, fault, lastLines: [...lastLines] }
  }
  return { kind: 'thrown', message: textOf(error), stack: inspect(error) }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value instanceof Error ? value.message : inspect(value)
}
