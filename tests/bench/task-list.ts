/**
 * How long a user waits for `task --list`, against the least that Node can take: `node -e 0`, on the same Node.
 *
 *     node tests/bench/task-list.ts [TASKFILE]
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, type Row } from './row.ts'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const cli = join(root, 'tasks', 'cli.mjs')

export interface BenchOptions {
  /** Default: this project's, and where it has none, one with ten tasks. */
  readonly taskfile?: string
  /** How often each is run. The runs alternate, so that what else the machine does meets both. */
  readonly runs?: number
}

export async function bench({ taskfile, runs = 30 }: BenchOptions = {}): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-task-list-'))
  try {
    const own = join(root, 'Taskfile.ts')
    const path = taskfile ?? (existsSync(own) ? own : writeTaskfile(directory, 10))
    const list = ['--taskfile', path, '--list']
    const rows = [measure('task --list', [cli, ...list], runs)]
    const large = ['--taskfile', writeTaskfile(directory, 1000), '--list']
    rows.push(measure('task --list, 1,000 tasks', [cli, ...large], runs))
    return rows
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function measure(name: string, args: readonly string[], runs: number): Row {
  for (let i = 0; i < 3; i++) time(args) // fills the compile cache
  const ours: number[] = []
  const peer: number[] = []
  for (let i = 0; i < runs; i++) {
    peer.push(time(['-e', '0']))
    ours.push(time(args))
  }
  const [a, b] = [median(ours), median(peer)]
  return { name, ours: a, peer: b, unit: 'ms', ratio: a / b, goal: '≤ 3× node -e 0' }
}

function time(args: readonly string[]): number {
  const start = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const took = performance.now() - start
  if (status !== 0) throw new Error(`node ${args.join(' ')} exited with ${status}: ${stderr}`)
  return took
}

function writeTaskfile(directory: string, tasks: number): string {
  const path = join(directory, `${tasks}.ts`)
  const engine = JSON.stringify(join(root, 'tasks/engine/task.ts'))
  const entries = Array.from(
    { length: tasks },
    (_, i) => `  'task:${i}': task({ describe: 'Task ${i}', run: () => {} }),\n`,
  )
  writeFileSync(path, `import { task } from ${engine}\nexport default {\n${entries.join('')}}\n`)
  return path
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [taskfile] = process.argv.slice(2)
  for (const { name, ours, peer, unit, ratio, goal } of await bench(
    taskfile === undefined ? {} : { taskfile },
  )) {
    const numbers = `${ours.toFixed(1)} ${unit} | ${peer.toFixed(1)} ${unit} | ${ratio.toFixed(2)}×`
    console.log(`| ${name} | ${numbers} | ${goal} |`)
  }
}
