import type { DebugRequest } from '../../../../../services/contract/debug-request.ts'
import type { PerformedName } from '../../../../../services/runner/debug/operations/perform.ts'
import { programFile } from './model-program.ts'

/** One question, what it is asked with, and what a good adapter's debugger is told to say. */
export type Step = readonly [
  operation: PerformedName,
  input?: Readonly<Record<string, unknown>>,
  expected?: unknown,
]

export type Scenario = {
  readonly program: 'total' | 'spin'
  readonly breakpoints?: DebugRequest['breakpoints']
  readonly exceptions?: DebugRequest['exceptions']
  readonly steps: readonly Step[]
}

const line = (number: number): string => `${programFile}:${number}`
const stands = (at: number, reason: string, name = 'total_of') => ({
  ...{ status: 'stopped', stop: { reason, thread: 1, frame: { file: programFile, line: at, name } } },
})
const values = (...of: [name: string, value: string][]) => ({
  variables: of.map(([name, value]) => ({ name, value })),
})
const ended = { status: 'ended', end: { reason: 'exited', exit_code: 1 } }

/**
 * What is asked of every debugger, in the order in which people and agents ask it. Together they say everything of the
 * protocol that the multiplexer ever says.
 */
export const scenarios = {
  lines: {
    program: 'total',
    breakpoints: [line(4)],
    steps: [
      ['debug.status', {}, stands(4, 'breakpoint')],
      ['debug.variables', {}, values(['prices', '[1,2,39]'], ['total', '0'], ['price', '1'])],
      ['debug.continue', {}, stands(4, 'breakpoint')],
      ['debug.stack', {}, { frames: [{ line: 4 }, { line: 8, name: '<module>' }], total: 2 }],
      ['debug.evaluate', { expression: 'total + price', timeout: 1 }, { value: '3' }],
      ['debug.continue', {}, stands(4, 'breakpoint')],
      ['debug.continue', {}, ended],
    ],
  },
  moves: {
    program: 'total',
    breakpoints: [line(8)],
    steps: [
      ['debug.status', {}, stands(8, 'breakpoint', '<module>')],
      ['debug.step_in', {}, stands(2, 'step')],
      ['debug.next', {}, stands(3, 'step')],
      ['debug.step_out', {}, stands(9, 'step', '<module>')],
      ['debug.until', { at: line(10) }, stands(10, 'breakpoint', '<module>')],
      ['debug.next', {}, ended],
    ],
  },
  kinds: {
    program: 'total',
    breakpoints: [
      { kind: 'function', name: 'total_of' },
      { kind: 'line', at: line(4), condition: 'price > 10' },
      { kind: 'line', at: line(3), hit_condition: '4' },
      { kind: 'line', at: line(9), log_message: 'total {total}' },
    ],
    exceptions: 'uncaught',
    steps: [
      ['debug.status', {}, stands(2, 'function breakpoint')],
      ['debug.break', { breakpoints: [{ kind: 'data', expression: 'price' }] }],
      ['debug.continue', {}, stands(4, 'data breakpoint')],
      ['debug.break', { remove: true, breakpoints: [{ kind: 'data', expression: 'price' }] }],
      ['debug.continue', {}, stands(4, 'breakpoint')],
      ['debug.continue', {}, stands(3, 'breakpoint')],
      ['debug.continue', {}, stands(10, 'exception', '<module>')],
      ['debug.exception', {}, { id: 'ValueError', break_mode: 'unhandled' }],
      ['debug.continue', {}, ended],
    ],
  },
  values: {
    program: 'total',
    breakpoints: [line(5)],
    steps: [
      ['debug.status', {}, stands(5, 'breakpoint')],
      ['debug.scopes', {}, [{ name: 'Locals' }]],
      ['debug.variables', {}, { variables: [{ name: 'prices', reference: 200 }, { value: '42' }, {}] }],
      ['debug.variables', { reference: 200, start: 1, limit: 1 }, { variables: [{ value: '2' }], total: 3 }],
      ['debug.set', { name: 'total', value: '7' }, { value: '7' }],
      ['debug.evaluate', { expression: 'total', timeout: 1 }, { value: '7' }],
      ['debug.variables', { frame: 1 }],
    ],
  },
  looks: {
    program: 'total',
    breakpoints: [line(5)],
    steps: [
      ['debug.status', {}, stands(5, 'breakpoint')],
      ['debug.threads', {}, { threads: [{ id: 1 }, { id: 2 }] }],
      ['debug.modules', {}, { modules: [{ name: 'app' }] }],
      ['debug.sources', {}, { sources: [{ file: programFile }] }],
      ['debug.source', { reference: 7 }, { lines: ['def total_of(prices):'] }],
      ['debug.disassemble', { count: 1 }, [{ instruction: 'ret' }]],
      ['debug.memory', { address: '0x10', count: 2 }, { hex: '6869' }],
      ['debug.write_memory', { address: '0x10', hex: '00' }, { written: 1 }],
      ['debug.stack', { thread: 2 }, { frames: [{}, {}] }],
    ],
  },
  pauses: {
    program: 'spin',
    steps: [
      ['debug.pause', {}, { status: 'stopped', stop: { reason: 'pause' } }],
      ['debug.continue', { wait: 0 }, { status: 'running' }],
      ['debug.break', { breakpoints: [line(8)] }],
      ['debug.status', {}, stands(8, 'breakpoint', '<module>')],
      ['debug.continue', {}, stands(8, 'breakpoint', '<module>')],
    ],
  },
  above: {
    program: 'total',
    breakpoints: [line(3)],
    exceptions: 'uncaught',
    steps: [
      ['debug.status', {}, stands(3, 'breakpoint')],
      ['debug.diff', {}],
      ['debug.watch', { at: line(5), expression: 'total' }],
      ['debug.next', {}, stands(4, 'step')],
      ['debug.diff', {}],
      ['debug.break', { remove: true, breakpoints: [line(3)] }],
      ['debug.run_to_failure', {}, { outcome: 'exception', exception: { type: 'ValueError' } }],
      ['debug.recorded', {}, { records: [{ value: '42' }] }],
    ],
  },
} as const satisfies Record<string, Scenario>

export type ScenarioName = keyof typeof scenarios
export const scenarioNames = Object.keys(scenarios) as ScenarioName[]
