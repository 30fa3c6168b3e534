/**
 * How long `task bootstrap` takes where it has nothing to do and no remote to fetch, against a run of one empty task;
 * and how long `task check` takes, against `node -e 0`. In a clone of its own, whose environment is `none` or, with
 * `--environment MANAGER`, made once before anything is measured.
 *
 *     node tests/bench/bootstrap.ts [--environment none|venv|conda|auto]
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Clone, makeClone } from '../end-to-end/clone.ts'
import { median, type Row, rowsTable } from './row.ts'

export interface BenchOptions {
  /** How often each is run. The runs alternate, so that what else the machine does meets both. */
  readonly runs?: number
  readonly manager?: string
}

export async function bench({ runs = 20, manager = 'none' }: BenchOptions = {}): Promise<Row[]> {
  const ends: (() => Promise<void>)[] = []
  try {
    const clone = makeClone({ teardown: end => ends.push(end) })
    const taskfile = join(clone.home, 'empty.ts')
    const engine = JSON.stringify(clone.path('tasks/engine/task.ts'))
    writeFileSync(
      taskfile,
      `import { task } from ${engine}\nexport default { empty: task({ describe: 'nothing', run: () => {} }) }\n`,
    )
    const environment = { ...clone.environment, DEBUG_SERVER__ENVIRONMENT__MANAGER: manager }
    const run = (...args: string[]) => time(clone, environment, args)
    const cli = 'tasks/cli.mjs'
    run(cli, 'bootstrap') // makes what there is to make
    const bootstrap = alternate(
      runs,
      () => run(cli, 'bootstrap'),
      () => run(cli, '--taskfile', taskfile, 'empty'),
    )
    const check = alternate(
      runs,
      () => run(cli, 'check'),
      () => run('-e', '0'),
    )
    return [
      row('bootstrap, nothing to do', bootstrap, '≤ 2.5× an empty task run'),
      row('check', check, '≤ 1,500 ms'),
    ]
  } finally {
    for (const end of ends) await end()
  }
}

function row(name: string, { ours, peer }: { ours: number; peer: number }, goal: string): Row {
  return { name, ours, peer, unit: 'ms', ratio: ours / peer, goal }
}

function alternate(runs: number, ours: () => number, peer: () => number): { ours: number; peer: number } {
  const taken: Record<'ours' | 'peer', number[]> = { ours: [], peer: [] }
  for (let i = -2; i < runs; i++) {
    const [a, b] = [ours(), peer()]
    if (i < 0) continue // fills the compile cache
    taken.ours.push(a)
    taken.peer.push(b)
  }
  return { ours: median(taken.ours), peer: median(taken.peer) }
}

function time(clone: Clone, env: Record<string, string>, args: readonly string[]): number {
  const start = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: clone.root,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const took = performance.now() - start
  if (status !== 0) throw new Error(`node ${args.join(' ')} exited with ${status}: ${stderr}`)
  return took
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { environment: { type: 'string', default: 'none' } } })
  process.stdout.write(rowsTable(await bench({ manager: values.environment })))
}
