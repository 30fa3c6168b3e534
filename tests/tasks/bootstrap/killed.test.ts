import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { random } from '../../chaos/random.ts'
import { type Clone, makeClone } from '../../end-to-end/clone.ts'

t.setTimeout(280_000)

/** How many are cut off. `KILLS=100` tries what is rarer, `SEED=N` does a run again. */
const kills = Number(process.env.KILLS ?? 6)
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
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

type Attempt = { cut: true } | { cut: false; milliseconds: number }

/** Starts a bootstrap and kills it at that moment, in milliseconds; or lets it end, where it is quicker. */
async function killedAfter(clone: Clone, moment: number): Promise<Attempt> {
  const start = performance.now()
  const child = startBootstrap(clone)
  const ended = once(child, 'exit')
  await Promise.race([ended, delay(moment, undefined, { ref: false })])
  const milliseconds = performance.now() - start
  killAll(clone, child)
  const [, signal] = await ended
  return signal === 'SIGKILL' ? { cut: true } : { cut: false, milliseconds }
}

t.test(
  `${kills} bootstraps are killed at random moments, SEED=${seed}: the next run completes each`,
  async t => {
    const next = random(seed)
    const clone = makeClone(t)
    /** How long one takes from nothing, and over what is there: the shortest that was seen, for the load varies. */
    const shortest = { nothing: 60_000, whole: 60_000 }
    for (let cut = 0, attempt = 0; cut < kills; attempt++) {
      // The first two show how long each takes.
      const on = attempt === 0 || (attempt > 1 && next() < 0.7) ? 'nothing' : 'whole'
      if (on === 'nothing') rmSync(clone.path('.artifacts'), { recursive: true, force: true })
      const moment = attempt < 2 ? shortest[on] : Math.round(next() * shortest[on])
      const seen = await killedAfter(clone, moment)
      if (!seen.cut) {
        shortest[on] = Math.min(shortest[on], seen.milliseconds)
        continue
      }
      cut++
      const killed = `over ${on}, killed after ${moment} of ${Math.round(shortest[on])} ms`
      const after = await clone.task(['bootstrap'], environment)
      t.equal(after.code, 0, `${killed}: the next run completes\n${after.stderr}`)
      const check = await clone.task(['check', '--json'], environment)
      t.equal(check.code, 0, check.stdout)
      t.same(
        JSON.parse(check.stdout).filter(({ verdict }: { verdict: string }) => verdict !== 'ok'),
        [],
        `${killed}: and check is clean`,
      )
    }
    t.notOk(existsSync(clone.path('.artifacts/data/metadata.db-wal')))
    t.same(clone.processes(), [])
    t.equal(clone.git('status', '--porcelain'), '')
  },
)
