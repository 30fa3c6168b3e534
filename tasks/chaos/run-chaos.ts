import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { UserError } from '../../lib/user-error.ts'
import type { TaskContext } from '../engine/context.ts'

export type ChaosParams = { readonly minutes: number; readonly seed: number; readonly json: boolean }

/**
 * Runs tests/chaos as a program: what it does meanwhile goes to the log, what came of it is printed. Nothing of it is left,
 * however it ends: all that it makes lies in a directory of its own, and what it mounts is seen by nobody else.
 */
export async function runChaos(
  { minutes, seed, json }: ChaosParams,
  { root, scope, log, print }: Pick<TaskContext, 'root' | 'scope' | 'log' | 'print'>,
): Promise<void> {
  const words = ['--minutes', String(minutes), '--seed', String(seed), ...(json ? ['--json'] : [])]
  // At once, for a run that is ended in the middle is to be repeated too.
  log(`again: npx task chaos ${words.join(' ')}`)
  const script = join(root, 'tests/chaos/main.ts')
  const room = await mkdtemp(join(tmpdir(), 'chaos-'))
  await using made = new AsyncDisposableStack()
  made.defer(() => rm(room, { recursive: true, force: true, maxRetries: 10 }))
  const [program = process.execPath, ...rest] = [...mountsApart(), process.execPath, script, ...words]
  const child = scope.spawn(program, rest, {
    cwd: root,
    env: { ...process.env, TMPDIR: room },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('its output is piped')
  createInterface({ input: stderr }).on('line', log)
  const [result] = await Promise.all([text(stdout), once(child, 'close')])
  print(result)
  if (result === '') throw new UserError('chaos did not come to its end', { fix: 'the log tells why' })
  if (child.exitCode !== 0)
    throw new UserError('a promise was broken', { fix: 'the log and the complaints tell which' })
}

/** What a program is started by so that its mounts are its own, and go with the last of its processes; empty where it may not. */
function mountsApart(): string[] {
  const works = spawnSync('unshare', ['--mount', 'true'], { stdio: 'ignore' }).status === 0
  return works ? ['unshare', '--mount'] : []
}
