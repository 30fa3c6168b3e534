import { UserError } from '../../../lib/user-error.ts'
import { CommandError } from '../../../tasks/engine/command-error.ts'
import type { EngineEvent } from '../../../tasks/engine/events.ts'
import type { Plan } from '../../../tasks/engine/plan.ts'
import type { Renderer } from '../../../tasks/reporters/renderer.ts'
import type { TaskTraces } from '../../../tasks/reporters/reporter.ts'

/** A quarter past ten, on the fifth of January 2026. */
export const start = Date.UTC(2026, 0, 5, 10, 15)

const needs = (...names: string[]) => names.map(name => ({ key: name, name }))
const plan: Plan = {
  targets: ['all'],
  steps: [
    { name: 'gen', describe: 'Generates', needs: [], args: [] },
    { name: 'build', describe: 'Builds', needs: needs('gen'), args: ['--fast'] },
    { name: 'lint', describe: 'Lints', needs: needs('gen'), args: [] },
    { name: 'all', describe: 'All', needs: needs('build', 'lint', 'gen'), args: [] },
  ],
}

export const exited = new CommandError('make lint', { kind: 'exit', code: 2 }, ['src/a.ts:3:7 <wrong>'])

/** A run whose second task is stopped when the third fails; the fourth never starts. Every kind of event is in it. */
export function failingRun(error: unknown = exited): EngineEvent[] {
  const at = (ms: number) => start + ms
  return [
    { type: 'run-started', plan, jobs: 2, at: at(0) },
    { type: 'task-started', name: 'gen', at: at(1) },
    { type: 'task-log', name: 'gen', source: 'stdout', line: 'made \x1b[2J& kept', at: at(50) },
    { type: 'task-print', name: 'gen', text: 'printed\n', at: at(60) },
    {
      type: 'task-processes-ended',
      name: 'gen',
      cause: 'left-behind',
      ended: 1,
      killed: 0,
      remaining: [],
      at: at(90),
    },
    { type: 'task-succeeded', name: 'gen', durationMs: 100, at: at(101) },
    { type: 'task-started', name: 'build', at: at(102) },
    { type: 'task-started', name: 'lint', at: at(103) },
    { type: 'task-progress', name: 'build', text: 'half', at: at(110) },
    { type: 'task-took-terminal', name: 'build', at: at(111) },
    { type: 'task-released-terminal', name: 'build', at: at(112) },
    { type: 'task-log', name: 'lint', source: 'stderr', line: 'src/a.ts:3:7 <wrong>', at: at(300) },
    { type: 'task-log', name: 'lint', source: 'task', line: '::error::not ours', at: at(301) },
    { type: 'task-failed', name: 'lint', durationMs: 200, error, at: at(303) },
    { type: 'task-aborted', name: 'build', durationMs: 250, abandoned: false, at: at(352) },
    { type: 'task-skipped', name: 'all', at: at(353) },
    { type: 'run-finished', outcome: 'failed', durationMs: 353, at: at(353) },
  ]
}

export function cancelledRun(): EngineEvent[] {
  return [
    { type: 'run-started', plan, jobs: 1, at: start },
    { type: 'task-started', name: 'gen', at: start },
    { type: 'run-cancelled', reason: 'SIGINT', at: start + 5 },
    { type: 'task-aborted', name: 'gen', durationMs: 9, abandoned: true, at: start + 9 },
    { type: 'task-skipped', name: 'build', at: start + 9 },
    { type: 'task-skipped', name: 'lint', at: start + 9 },
    { type: 'task-skipped', name: 'all', at: start + 9 },
    { type: 'run-finished', outcome: 'cancelled', durationMs: 9, at: start + 9 },
  ]
}

export const traces: TaskTraces = {
  commandFor: name => `npx task ${name}`,
  logFileOf: name => (name === 'lint' ? 'logs/lint.log' : undefined),
}

export const errors: readonly unknown[] = [
  exited,
  new UserError('port 80 is taken', { fix: 'choose another' }),
  new UserError('no'),
  new CommandError('x', { kind: 'signal', signal: 'SIGKILL' }, []),
  new CommandError('x', { kind: 'timeout', timeoutMs: 10 }, []),
  new CommandError('x', { kind: 'too-much-output', limit: 10 }, []),
  new TypeError('a bug', { cause: 'another' }),
  'text',
  undefined,
  { a: 1 },
]

export function rendered(renderer: Renderer, events: readonly EngineEvent[]): string {
  return events.map(event => renderer.take(event)).join('') + renderer.end()
}
