/**
 * How long until nothing is left of a run whose tasks are process trees that sleep: after a task beside them failed, after
 * a signal to the run alone, and after the run was killed. Against the least that Node can take: a bare program that
 * signals the groups of the same trees and ends when they have, without looking whether anything else is left.
 *
 *     node tests/bench/task-cancel.ts
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { identify, type ProcessIdentity } from '../../lib/processes/identity.ts'
import { anyAlive, zoo } from '../lib/processes/zoo.ts'
import { until } from '../until.ts'
import { type Goal, upTo } from './goal.ts'
import { median, type Row, rowsTable } from './row.ts'
import { timed } from './timed.ts'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const trees = 4
/** Each prints this many pids. */
const pidsOfTree = 4
const graceMs = 5_000

const taskfile = `import { task } from ${JSON.stringify(join(root, 'tasks/engine/task.ts'))}
const animal = text => task({ describe: 'sleeps', run: (_, { exec }) => exec('sh', ['-c', text]) })
/** Fails at the first byte on stdin. */
const bad = task({
  describe: 'fails when told',
  run: () => new Promise((_, reject) => process.stdin.once('data', () => reject(new Error('as told')))),
})
const deaf = animal(${JSON.stringify(zoo.stubborn)})
const trees = Object.fromEntries(
  Array.from({ length: ${trees} }, (_, i) => ['tree' + i, animal(${JSON.stringify(zoo.tree)})]),
)
export default { bad, deaf, ...trees }
`

const floor = `
const { spawn } = require('node:child_process')
let left = ${trees}
const end = () => children.forEach(child => process.kill(-child.pid, 'SIGTERM'))
process.stdin.once('data', end)
process.on('SIGTERM', end).on('SIGINT', end)
const children = Array.from({ length: left }, () =>
  spawn('sh', ['-c', ${JSON.stringify(zoo.tree)}], { detached: true, stdio: ['ignore', 'inherit', 'inherit'] }))
for (const child of children) child.once('exit', () => --left === 0 && process.exit(1))
`

type Ending = (run: ChildProcess) => void
const fails: Ending = run => run.stdin?.write('x')
const signal =
  (name: NodeJS.Signals): Ending =>
  run =>
    run.kill(name)

export async function bench({ runs = 10 } = {}): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-task-cancel-'))
  try {
    const path = join(directory, 'Taskfile.ts')
    writeFileSync(path, taskfile)
    const names = Array.from({ length: trees }, (_, i) => `tree${i}`)
    const ours = (...tasks: string[]) => [
      join(root, 'tasks/cli.mjs'),
      ...['--taskfile', path, '--jobs', '10'],
      ...tasks,
    ]
    const compare = async (name: string, tasks: string[], ending: Ending, goal: Goal): Promise<Row> => {
      const taken: Record<'ours' | 'peer', number[]> = { ours: [], peer: [] }
      for (let i = 0; i < runs; i++) {
        taken.peer.push(await measure(['-e', floor], trees * pidsOfTree, ending))
        taken.ours.push(await measure(ours(...tasks), trees * pidsOfTree, ending))
      }
      return row(name, median(taken.ours), median(taken.peer), goal)
    }
    const rows = [
      await compare('a task fails beside 4 sleeping trees', ['bad', ...names], fails, upTo(30, 'ms')),
      await compare('SIGINT to the run alone', names, signal('SIGINT'), upTo(150, 'ms')),
      await compare('SIGTERM to the run alone', names, signal('SIGTERM'), upTo(150, 'ms')),
    ]
    // Nobody can be faster than the grace, or than a program that starts after the death.
    const deaf = await measure(ours('bad', 'deaf'), 1, fails)
    rows.push(row('a task fails beside one that ignores SIGTERM', deaf, graceMs, upTo(graceMs + 50, 'ms')))
    const killed: number[] = []
    const node: number[] = []
    for (let i = 0; i < runs; i++) {
      node.push(await timed(async () => void (await once(spawn(process.execPath, ['-e', '0']), 'exit'))))
      killed.push(await measure(ours('deaf', ...names), 1 + trees * pidsOfTree, signal('SIGKILL')))
    }
    rows.push(row('SIGKILL of the run, one ignores SIGTERM', median(killed), median(node), upTo(1_000, 'ms')))
    return rows
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function row(name: string, ours: number, peer: number, goal: Goal): Row {
  const ratio = ours / peer
  return { name, ours, peer, unit: 'ms', ratio, goal: goal.text, met: goal.isMet({ ours, ratio }) }
}

/** From the ending until the run has exited and every process that told its pid is gone. */
async function measure(args: readonly string[], pids: number, ending: Ending): Promise<number> {
  const run = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, CI: 'true' },
  })
  const identities: (ProcessIdentity | undefined)[] = []
  for (const stream of [run.stdout, run.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      for (const [, pid] of text.matchAll(/pid (\d+)\n/g)) identities.push(identify(Number(pid)))
    })
  await until(`${pids} pids`, () => identities.length >= pids)
  return timed(async () => {
    const exit = once(run, 'exit')
    ending(run)
    await exit
    await until('the end of all', () => !anyAlive(identities))
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(rowsTable(await bench()))
