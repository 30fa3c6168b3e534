import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { monotonicMs } from '../../lib/monotonic.ts'
import { processTable } from '../../lib/processes/process-table.ts'
import { look } from '../../smoke/workspace/look.ts'
import { placesIn } from '../../smoke/workspace/places.ts'
import { pick, random } from '../chaos/random.ts'
import { until } from '../until.ts'
import { smokeRig } from './smoke-rig.ts'

/**
 * Runs that are killed, or told to end, at random moments: nothing is left of them, and a workspace that is kept can be used again.
 * `SEED=7 MOMENTS=30 node tests/smoke/moments.test.ts` tries the same ones again, or more of them.
 */
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const moments = Number(process.env.MOMENTS ?? 3)

t.setTimeout(120_000 * (moments + 2))

/** What a run may end with that was told to by a signal, or was over by then. */
const codes = { SIGINT: [130, 0], SIGTERM: [143, 0], SIGKILL: [null, 0] } as const
type Signal = keyof typeof codes
const signals: readonly Signal[] = ['SIGKILL', 'SIGTERM', 'SIGINT']

t.test(`${moments} runs are ended at any moment, and nothing is left, SEED=${seed}`, async t => {
  const next = random(seed)
  const rig = smokeRig(t)
  const kept = placesIn(join(rig.temporary, 'kept'))
  const words = (keeps: boolean) => [
    ...['--test-scope', 'none'],
    ...(keeps ? ['--workspace', kept.workspace, '--keep-workspace'] : []),
  ]
  const begun = monotonicMs()
  t.match(await rig.run(...words(true)), { code: 0 })
  const whole = monotonicMs() - begun

  // Those could write no summary.
  const killed = new Set<string>()
  for (let at = 1; at <= moments; at++) {
    const [keeps, signal, ms] = [next() < 0.5, pick(next, signals), Math.round(next() * whole)]
    // Of those who take part in it: the one that was started, or the one that has the phases run.
    const victim = pick(next, ['harness', 'phases'] as const)
    const before = rig.runs().at(-1)
    const running = rig.start(...words(keeps))
    await delay(ms)
    const pid = victim === 'harness' ? running.child.pid : childWith(running.child.pid, '--taskfile')
    const what = `${at}. ${signal} to the ${victim} after ${ms} ms, workspace ${keeps ? 'kept' : 'removed'}`
    const isHit = pid !== undefined && running.child.exitCode === null && sent(pid, signal)
    t.comment(`${what}${isHit ? '' : ': nobody was there'}`)
    const { code, stderr } = await running.ended
    const evidence = rig.runs().at(-1) ?? ''
    // One that has not begun yet, or is over, is ended by the signal itself.
    const isAtWork = evidence !== before && !existsSync(join(evidence, 'summary.json'))
    const allowed = victim === 'phases' ? [1, 0] : [...codes[signal], ...(isAtWork ? [] : [null])]
    t.ok(isOneOf(allowed, code), `${what}: it ended with ${code}\n${stderr}`)
    await until(`${what}: no process is left`, () => rig.processes().length === 0)
    await until(`${what}: no workspace is left but the one that is kept`, () =>
      rig.left().every(name => name === 'kept'),
    )
    await until(`${what}: nobody is in it`, () => look(kept).kind === 'marked')
    if (signal === 'SIGKILL' && victim === 'harness') killed.add(evidence)
    t.ok(killed.has(evidence) || existsSync(join(evidence, 'summary.json')), `${what}: how it ended is kept`)
  }
  const last = await rig.run(...words(true))
  t.equal(last.code, 0, `the workspace can be used again\n${last.stderr}`)
})

const isOneOf = (all: readonly (number | null)[], code: number | null): boolean => all.includes(code)

function childWith(parent: number | undefined, word: string): number | undefined {
  const children = processTable().entries.filter(({ ppid, zombie }) => ppid === parent && !zombie)
  return children.find(({ pid }) => commandLine(pid).includes(word))?.pid
}

function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return [] // it has ended
  }
}

function sent(pid: number, signal: Signal): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
