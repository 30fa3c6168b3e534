import { z } from 'zod'

/** What the engine tells of a run, as `--reporter json` writes it: the part of it that is read here. */
const eventSchema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('run-started'),
    tasks: z.array(z.looseObject({ name: z.string(), describe: z.string() })),
  }),
  z.looseObject({ type: z.literal('task-started'), name: z.string() }),
  z.looseObject({ type: z.literal('task-ready'), name: z.string(), durationMs: z.number() }),
  z.looseObject({ type: z.literal('task-succeeded'), name: z.string(), durationMs: z.number() }),
  z.looseObject({
    type: z.literal('task-failed'),
    name: z.string(),
    durationMs: z.number(),
    error: z.looseObject({
      kind: z.string(),
      message: z.string(),
      lastLines: z.array(z.string()).optional(),
    }),
  }),
  z.looseObject({ type: z.literal('task-aborted'), name: z.string(), durationMs: z.number() }),
  z.looseObject({ type: z.literal('task-skipped'), name: z.string() }),
])

export type PhaseOutcome =
  | { readonly outcome: 'waiting' | 'running' | 'skipped' }
  | { readonly outcome: 'passed' | 'ended'; readonly ms: number }
  | { readonly outcome: 'failed'; readonly ms: number; readonly reason: string }

export type PhaseRecord = PhaseOutcome & { readonly name: string; readonly describe: string }

/**
 * How each phase went. Written while the run goes on and read after it, perhaps after a kill: a last line that is cut off, and
 * events of other kinds, say nothing.
 */
export function phaseRecords(ndjson: string): PhaseRecord[] {
  const records = new Map<string, PhaseRecord>()
  const set = (name: string, outcome: PhaseOutcome) => {
    const known = records.get(name)
    if (known !== undefined) records.set(name, { name, describe: known.describe, ...outcome })
  }
  for (const line of ndjson.split('\n')) {
    const parsed = eventSchema.safeParse(jsonOf(line))
    if (!parsed.success) continue
    const event = parsed.data
    switch (event.type) {
      case 'run-started':
        for (const { name, describe } of event.tasks)
          records.set(name, { name, describe, outcome: 'waiting' })
        break
      case 'task-started':
        set(event.name, { outcome: 'running' })
        break
      case 'task-ready':
        // Of a service this is what was asked of it; how long it went on afterwards says nothing.
        set(event.name, { outcome: 'passed', ms: event.durationMs })
        break
      case 'task-succeeded':
        if (records.get(event.name)?.outcome !== 'passed')
          set(event.name, { outcome: 'passed', ms: event.durationMs })
        break
      case 'task-failed': {
        const { message, lastLines = [] } = event.error
        set(event.name, {
          outcome: 'failed',
          ms: event.durationMs,
          reason: [message, ...lastLines].join('\n'),
        })
        break
      }
      case 'task-aborted':
        if (records.get(event.name)?.outcome !== 'passed')
          set(event.name, { outcome: 'ended', ms: event.durationMs })
        break
      case 'task-skipped':
        set(event.name, { outcome: 'skipped' })
    }
  }
  return [...records.values()]
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
