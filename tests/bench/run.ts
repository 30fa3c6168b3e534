/** All benchmarks in one run, as a table of ratios: `node tests/bench/run.ts`, or `npx task bench`. */
import { rowsTable } from './row.ts'

const rows = []
for (const name of [
  'task-list',
  'task-cancel',
  'bootstrap',
  'command-round-trip',
  'log-throughput',
  'debug-first-stop',
  'debug-step',
]) {
  const { bench } = await import(`./${name}.ts`)
  rows.push(...(await bench()))
}
process.stdout.write(rowsTable(rows))
