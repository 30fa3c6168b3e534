import { encodeDap } from '../../../../../lib/dap-framing.ts'

const event = (name: string, body?: unknown) => encodeDap({ seq: 1, type: 'event', event: name, body })

/** What an adapter may say without an end. */
export const pourings = {
  output: event('output', { category: 'stdout', output: 'x'.repeat(200) }),
  longOutput: event('output', { category: 'stdout', output: 'x'.repeat(1_000_000) }),
  hugeBodies: event('module', { reason: 'new', module: { name: 'm'.repeat(8_000_000) } }),
  unknown: event('poem', { line: 'roses' }),
  stops: event('stopped', { reason: 'breakpoint', threadId: 1 }),
  stopsAndGoes: event('stopped', { reason: 'pause', threadId: 1 }) + event('continued', { threadId: 1 }),
  breakpoints:
    event('breakpoint', {
      reason: 'changed',
      breakpoint: { id: 1, verified: false, message: 'm'.repeat(5_000) },
    }) + event('breakpoint', { reason: 'changed', breakpoint: { id: 1, verified: true } }),
  capabilities: event('capabilities', { capabilities: { supportsStepBack: true } }),
  answers: encodeDap({ seq: 1, type: 'response', request_seq: 99_999, command: 'next', success: true }),
  questions: encodeDap({ seq: 1, type: 'request', command: 'runInTerminal', arguments: {} }),
  threads: event('thread', { reason: 'started', threadId: 5 }),
} as const satisfies Record<string, string>

export type PouringName = keyof typeof pourings
export const pouringNames = Object.keys(pourings) as PouringName[]
