import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zoo } from '../../lib/processes/zoo.ts'
import type { Place } from '../cli-rig.ts'

/** A Taskfile with services, and what its tasks come from. */
export const taskfile = `
const zoo = ${JSON.stringify(zoo)}
const serving = name => ['sh', '-c', 'echo ' + name + ' $$ pid $$; ' + zoo.setsid + ' exec sleep 300']
const build = task({
  describe: 'x',
  inputs: ['src.txt'],
  outputs: ['built.txt'],
  run: ['sh', '-c', 'grep -v broken src.txt > built.txt'],
})
const prepare = task({ describe: 'x', run: () => {} })
const ready = { line: /pid \\d+/ }
const server = service({ describe: 'x', needs: { build }, ready, run: serving('server') })
const db = service({ describe: 'x', ready, run: serving('db') })
const fresh = service({ describe: 'x', needs: { prepare }, ready, run: serving('fresh') })
const front = service({ describe: 'x', needs: { server }, ready, run: serving('front') })
const check = task({ describe: 'x', needs: { db }, inputs: ['check.txt'], run: () => {} })
const hangs = task({
  describe: 'x',
  inputs: ['hangs.txt'],
  run: ['sh', '-c', 'grep -q 1 hangs.txt || { ' + zoo.tree + '; }'],
})
export default { hangs, server, db, fresh, front, check }
`
export const files = { 'src.txt': '1', 'check.txt': '1', 'hangs.txt': '1' }

/** Changes the Taskfile so that it means the same. */
export function edit({ path, write }: Place): void {
  write('Taskfile.ts', `${readFileSync(join(path, 'Taskfile.ts'), 'utf8')}\n`)
}

/** The pids of the services of a name, in the order in which they were started. */
export function pidsOf(text: string, name: string): number[] {
  return [...text.matchAll(new RegExp(`│ ${name} (\\d+)`, 'g'))].map(([, pid]) => Number(pid))
}
