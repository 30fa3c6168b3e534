import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { UserError } from '../../lib/user-error.ts'
import type { TaskContext } from '../engine/context.ts'

export type ChaosParams = { readonly minutes: number; readonly seed: number; readonly json: boolean }

/** Runs tests/chaos as a program: what it does meanwhile goes to the log, what came of it is printed. */
export async function runChaos(
  { minutes, seed, json }: ChaosParams,
  { root, scope, log, print }: Pick<TaskContext, 'root' | 'scope' | 'log' | 'print'>,
): Promise<void> {
  const words = ['--minutes', String(minutes), '--seed', String(seed), ...(json ? ['--json'] : [])]
  // At once, for a run that is ended in the middle is to be repeated too.
  log(`again: npx task chaos ${words.join(' ')}`)
  const script = join(root, 'tests/chaos/main.ts')
  const child = scope.spawn(process.execPath, [script, ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('its output is piped')
  createInterface({ input: stderr }).on('line', log)
  const [result] = await Promise.all([text(stdout), once(child, 'close')])
  print(result)
  if (child.exitCode !== 0)
    throw new UserError('a promise was broken', { fix: 'the log and the complaints tell which' })
}
