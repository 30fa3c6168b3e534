import type { Change } from '../../../tasks/engine/changes.ts'
import type { Trouble } from '../../../tasks/engine/events.ts'

/** Changes of every kind. */
export const changes: readonly Change[] = [
  { kind: 'never-succeeded' },
  { kind: 'unfinished' },
  { kind: 'forced' },
  { kind: 'input', path: 'src/a.ts', how: 'changed' },
  { kind: 'input', path: 'src/b.ts', how: 'added' },
  { kind: 'input', path: 'src/c.ts', how: 'removed' },
  { kind: 'source', path: 'Taskfile.ts' },
  { kind: 'definition' },
  { kind: 'value', name: 'mode' },
  { kind: 'param', name: 'port' },
  { kind: 'env', name: 'TOKEN' },
  { kind: 'rest' },
  { kind: 'tool', name: 'node', from: '22.1.0', to: '24.1.0' },
  { kind: 'tool', name: 'go', from: undefined, to: '1.24.0' },
  { kind: 'tool', name: 'gcc', from: '14.2.0', to: undefined },
  { kind: 'tool', name: 'make', from: undefined, to: undefined },
  { kind: 'need', name: 'build', what: 'result' },
  { kind: 'need', name: 'build', what: 'outputs' },
  { kind: 'need', name: 'build', what: 'unknown' },
  { kind: 'output', path: 'out.txt', how: 'missing' },
  { kind: 'output', path: 'out.txt', how: 'changed' },
]

/** Troubles of every kind. */
export const troubles: readonly Trouble[] = [
  { kind: 'memory-set-aside', path: 'runs.db.1', why: 'damaged' },
  { kind: 'memory-lost', why: 'disk full' },
  { kind: 'cache-damaged', path: 'cache/12' },
  { kind: 'not-restored', why: 'disk full' },
  { kind: 'not-cached', why: 'disk full' },
]
