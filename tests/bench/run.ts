/**
 * All benchmarks in one run, as a table of ratios: `node tests/bench/run.ts`, or `npx task bench`. With words, those whose
 * names begin with one of them: `node tests/bench/run.ts task`; or `sessions`: those of the runner and the store; or
 * `surfaces`: those of the API, the command line and MCP.
 */
import { availableParallelism } from 'node:os'
import { machineLine } from './machine-line.ts'
import { type Row, rowsTable } from './row.ts'

const names = [
  'task-one',
  'task-list',
  'task-up-to-date',
  'task-many-inputs',
  'task-commands',
  'task-in-process',
  'task-critical-path',
  'task-cancel',
  'task-memory',
  'task-growth',
  'bootstrap',
  'command-round-trip',
  'command-claims',
  'session-start',
  'log-throughput',
  'log-followers',
  'compressed-log',
  'runner-idle',
  'session-growth',
  'proxy-requests',
  'proxy-streams',
  'proxy-http2',
  'app-programs',
  'api-requests',
  'cli-start',
  'mcp-call',
  'mcp-gateway',
  'reload',
  'debug-first-stop',
  'debug-step',
  'debug-socket-steps',
  'debug-gdb',
  'debug-node',
  'debug-native',
  'debug-attach',
  'debug-many',
  'debug-above',
  'debug-calls',
  'debug-matrix',
]
/** What is promised of sessions, and of the surfaces: see docs/runner.md and docs/api.md. */
const groups: Readonly<Record<string, readonly string[]>> = {
  sessions: ['command-', 'session-', 'log-', 'compressed-', 'runner-'],
  surfaces: ['proxy-', 'app-', 'api-', 'cli-', 'mcp-'],
}
const isMeant = (word: string, name: string): boolean =>
  [word, ...(groups[word] ?? [])].some(beginning => name.startsWith(beginning))
const asked = process.argv.slice(2)
const chosen = names.filter(name => asked.length === 0 || asked.some(word => isMeant(word, name)))
if (chosen.length === 0) {
  process.stderr.write(`no benchmark begins with ${asked.join(' or ')}: there are ${names.join(', ')}\n`)
  process.exitCode = 2
}
const machine = chosen.length === 0 ? '' : machineLine()
const rows: Row[] = []
for (const name of chosen) {
  process.stderr.write(`${name}\n`)
  try {
    const { bench } = await import(`./${name}.ts`)
    rows.push(...(await bench()))
  } catch (error) {
    // The figures of the others are still worth having.
    console.error(error)
    process.exitCode = 1
  }
}
if (chosen.some(name => name.startsWith('task-'))) {
  const { allPeers, versionsLine } = await import('./runners/available.ts')
  process.stdout.write(`${versionsLine(allPeers(), availableParallelism())}\n\n`)
}
process.stdout.write(`${machine}${rowsTable(rows)}`)
