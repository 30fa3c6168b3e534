import { machineLine } from './machine-line.ts'
import { type Row, rowsTable } from './row.ts'

/** Runs a benchmark by itself where its file is the program that Node was started with. */
export async function printIfMain({ main }: ImportMeta, bench: () => Promise<Row[]>): Promise<void> {
  if (!main) return
  const machine = machineLine()
  process.stdout.write(`${machine}${rowsTable(await bench())}`)
}
