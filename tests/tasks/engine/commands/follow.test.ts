import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { follow } from '../../../../tasks/engine/commands/follow.ts'

const directory = mkdtempSync(join(tmpdir(), 'follow-'))
t.teardown(() => rmSync(directory, { recursive: true }))

/** Nothing else goes on in this process. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

t.test('who is held up when a command has ended misses nothing that it has said', async t => {
  const file = join(directory, 'over')
  const child = spawn('sh', ['-c', `echo said; : > ${file}`], { stdio: ['ignore', 'pipe', 'ignore'] })
  while (!existsSync(file)) block(5)
  const followed = follow(
    {
      outcome: Promise.resolve({ kind: 'ended', exitCode: 0, signal: null }),
      stdout: {
        take: listener => child.stdout.on('data', listener),
        closed: new Promise(resolve => child.stdout.once('close', resolve)),
        stop: () => child.stdout.destroy(),
      },
      stderr: undefined,
    },
    { limit: 100 },
  )
  // It has begun to wait by then.
  await new Promise(process.nextTick)
  block(250)
  t.equal((await followed).stdout.text(), 'said\n')
})
