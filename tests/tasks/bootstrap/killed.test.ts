import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { random } from '../../chaos/random.ts'
import { type Clone, makeClone } from '../../end-to-end/clone.ts'

t.setTimeout(280_000)

const kills = 20
const environment = { DEBUG_SERVER__ENVIRONMENT__MANAGER: 'none', DEBUG_SERVER_TOKEN: 'x' }

/** In a process group of its own, as a shell would start it. */
function startBootstrap(clone: Clone): ChildProcess {
  return spawn(process.execPath, ['tasks/cli.mjs', 'bootstrap'], {
    cwd: clone.root,
    env: { ...clone.environment, ...environment },
    stdio: 'ignore',
    detached: true,
  })
}

/** Ends it with all that it has started: SIGKILL, so that nothing gets to tidy up. */
function killAll(clone: Clone, child: ChildProcess): void {
  if (child.pid !== undefined) kill(-child.pid)
  for (const line of clone.processes()) kill(Number.parseInt(line, 10))
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}

t.test('a bootstrap that is killed at a random moment is completed by the next run', async t => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
  t.comment(`SEED=${seed}`)
  const next = random(seed)
  const clone = makeClone(t)
  const whole = await timed(async () => void (await once(startBootstrap(clone), 'exit')))
  let cut = 0
  for (let round = 0; round < kills; round++) {
    // From nothing, most often; sometimes over what the last round has made.
    if (next() < 0.7) rmSync(clone.path('.artifacts'), { recursive: true, force: true })
    const moment = Math.round(next() * whole * 1.1)
    const child = startBootstrap(clone)
    const ended = once(child, 'exit')
    await Promise.race([delay(moment), ended])
    if (child.exitCode === null) cut++
    killAll(clone, child)
    await ended
    const after = await clone.task(['bootstrap'], environment)
    t.equal(
      after.code,
      0,
      `round ${round}, killed after ${moment} ms: the next run completes\n${after.stderr}`,
    )
    const check = await clone.task(['check', '--json'], environment)
    t.equal(check.code, 0, check.stdout)
    t.same(
      JSON.parse(check.stdout).filter(({ verdict }: { verdict: string }) => verdict !== 'ok'),
      [],
      `round ${round}, killed after ${moment} ms: and check is clean`,
    )
  }
  t.ok(cut >= kills / 2, `${cut} of ${kills} were cut off`)
  t.notOk(existsSync(clone.path('.artifacts/data/metadata.db-wal')))
  t.same(clone.processes(), [])
  t.equal(clone.git('status', '--porcelain'), '')
})

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
