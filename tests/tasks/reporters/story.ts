import { UserError } from '../../../lib/user-error.ts'
import { CommandError } from '../../../tasks/engine/command-error.ts'
import type { EngineEvent } from '../../../tasks/engine/events.ts'
import type { Plan, PlanStep } from '../../../tasks/engine/plan.ts'
import type { PieceRenderer } from '../../../tasks/reporters/renderer.ts'
import type { TaskTraces } from '../../../tasks/reporters/reporter.ts'
import { textsOf } from '../../../tasks/reporters/whole-log.ts'

/** A quarter past ten, on the fifth of January 2026. */
export const start = Date.UTC(2026, 0, 5, 10, 15)

/** A step of a plan, whose needs have the keys of their names. */
export function step(name: string, needs: readonly string[] = [], more: Partial<PlanStep> = {}): PlanStep {
  return {
    name,
    describe: name,
    needs: needs.map(need => ({ key: need, name: need })),
    words: [],
    rest: [],
    params: {},
    ...more,
  }
}

const plan: Plan = {
  targets: ['all'],
  steps: [
    step('gen'),
    step('build', ['gen'], { describe: 'Builds', words: ['--fast'], rest: ['-v'] }),
    step('lint', ['gen']),
    step('all', ['build', 'lint', 'gen']),
  ],
}

export const exited = new CommandError('make lint', { kind: 'exit', code: 2 }, ['src/a.ts:3:7 <wrong>'])

/** A run whose second task is stopped when the third fails; the fourth never starts. */
export function failingRun(error: unknown = exited): EngineEvent[] {
  const at = (ms: number) => start + ms
  return [
    { type: 'run-started', run: 'r1', plan, jobs: 2, at: at(0) },
    { type: 'task-started', name: 'gen', why: [], at: at(1) },
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
    { type: 'task-started', name: 'build', why: [], at: at(102) },
    { type: 'task-started', name: 'lint', why: [], at: at(103) },
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
    { type: 'run-started', run: 'r1', plan, jobs: 1, at: start },
    { type: 'task-started', name: 'gen', why: [], at: start },
    { type: 'run-cancelled', reason: 'SIGINT', at: start + 5 },
    { type: 'task-aborted', name: 'gen', durationMs: 9, abandoned: true, at: start + 9 },
    { type: 'task-skipped', name: 'build', at: start + 9 },
    { type: 'task-skipped', name: 'lint', at: start + 9 },
    { type: 'task-skipped', name: 'all', at: start + 9 },
    { type: 'run-finished', outcome: 'cancelled', durationMs: 9, at: start + 9 },
  ]
}

const cachedPlan: Plan = {
  targets: ['site', 'docs'],
  steps: [
    step('gen'),
    step('types', ['gen']),
    step('seed'),
    step('db', ['seed']),
    step('lint', ['gen']),
    step('site', ['types', 'db', 'lint']),
    step('docs'),
  ],
}

/** A run of which much had not to be done, with a service, and a task that succeeds at its second attempt. */
export function cachedRun(): EngineEvent[] {
  const at = (ms: number) => start + ms
  return [
    { type: 'run-started', run: 'r2', plan: cachedPlan, jobs: 2, at: at(0) },
    { type: 'run-trouble', trouble: { kind: 'memory-set-aside', path: 'old.db', why: 'damaged' }, at: at(1) },
    { type: 'task-up-to-date', name: 'gen', at: at(2) },
    { type: 'task-waits', name: 'types', pid: 1234, at: at(3) },
    {
      type: 'task-restored',
      name: 'types',
      why: [{ kind: 'input', path: 'src/a.ts', how: 'changed' }],
      files: 3,
      at: at(20),
    },
    { type: 'task-resumed', name: 'seed', at: at(21) },
    { type: 'task-started', name: 'db', why: [], at: at(22) },
    { type: 'task-log', name: 'db', source: 'stdout', line: 'listening', at: at(50) },
    { type: 'task-ready', name: 'db', durationMs: 30, at: at(52) },
    {
      type: 'task-started',
      name: 'lint',
      why: [
        { kind: 'env', name: 'CI' },
        { kind: 'tool', name: 'node', from: '22.1.0', to: '24.1.0' },
      ],
      at: at(53),
    },
    { type: 'task-retrying', name: 'lint', error: exited, attempt: 2, attempts: 3, delayMs: 40, at: at(60) },
    { type: 'task-trouble', name: 'lint', trouble: { kind: 'not-cached', why: 'disk full' }, at: at(149) },
    { type: 'task-succeeded', name: 'lint', durationMs: 97, at: at(150) },
    { type: 'task-started', name: 'site', why: [{ kind: 'never-succeeded' }], at: at(151) },
    { type: 'task-succeeded', name: 'site', durationMs: 100, at: at(251) },
    { type: 'task-up-to-date', name: 'docs', at: at(252) },
    { type: 'task-succeeded', name: 'db', durationMs: 238, at: at(260) },
    { type: 'run-finished', outcome: 'succeeded', durationMs: 260, at: at(260) },
  ]
}

/** A run of a thousand tasks none of which has to run. */
export function idleRun(number = 1000): EngineEvent[] {
  const steps = Array.from({ length: number }, (_, i) => step(`t${i}`))
  return [
    { type: 'run-started', run: 'r3', plan: { targets: ['t0'], steps }, jobs: 2, at: start },
    ...steps.map(({ name }): EngineEvent => ({ type: 'task-up-to-date', name, at: start })),
    { type: 'run-finished', outcome: 'succeeded', durationMs: 35, at: start + 35 },
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
  new CommandError('x', { kind: 'lost', how: 'was ended by SIGKILL' }, []),
  new TypeError('a bug', { cause: 'another' }),
  'text',
  undefined,
  { a: 1 },
]

export function rendered(renderer: PieceRenderer, events: readonly EngineEvent[]): string {
  const pieces = events.flatMap(event => renderer.take(event))
  const texts = pieces.flatMap(piece => (typeof piece === 'string' ? piece : [...textsOf(piece)]))
  return texts.join('') + renderer.end()
}
