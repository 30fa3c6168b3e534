/**
 * How long `debug-server` takes that has nothing to do, and for the smallest question to a server, against `node -e 0`.
 *
 *     node tests/bench/cli-start.ts
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startBenchServer } from './bench-server.ts'
import { ratioUpTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import { median, type Row } from './row.ts'
import { timed } from './timed.ts'

const run = promisify(execFile)

export async function bench({ runs = 20 }: { runs?: number } = {}): Promise<Row[]> {
  await using server = await startBenchServer()
  const cli = join(server.clone.root, 'client/cli/bin.mjs')
  const options = { cwd: server.clone.root, env: { ...process.env, HOME: server.clone.home } }
  const sides = [
    { name: 'node', words: ['-e', '0'], took: [] as number[] },
    { name: 'debug-server --version', words: [cli, '--version'], took: [] as number[] },
    { name: 'debug-server whoami', words: [cli, 'whoami', '--json'], took: [] as number[] },
  ] as const
  for (let i = -3; i < runs; i++)
    for (const { words, took } of sides) {
      const milliseconds = await timed(async () => {
        await run(process.execPath, words, options)
      })
      if (i >= 0) took.push(milliseconds) // filling the compile caches before
    }
  const [node, ...commands] = sides
  const peer = median(node.took)
  return commands.map(({ name, took }, place) => {
    const ours = median(took)
    const row = { name, beside: 'node -e 0', ours, peer, unit: 'ms', ratio: ours / peer }
    const goal = ratioUpTo(3)
    return place === 0 ? { ...row, goal: goal.text, met: goal.isMet(row) } : { ...row, goal: '' }
  })
}

await printIfMain(import.meta, bench)
