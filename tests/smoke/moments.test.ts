import { join } from 'node:path'
import t from 'tap'
import { monotonicMs } from '../../lib/monotonic.ts'
import { placesIn } from '../../smoke/workspace/places.ts'
import { endAtMoments } from './at-moments.ts'
import { smokeRig } from './smoke-rig.ts'

/**
 * Runs that are killed, or told to end, at random moments: nothing is left of them, and a workspace that is kept can be used again.
 * `SEED=7 MOMENTS=30 node tests/smoke/moments.test.ts` tries the same ones again, or more of them.
 */
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const moments = Number(process.env.MOMENTS ?? 3)

t.setTimeout(120_000 * (moments + 2))

t.test(`${moments} runs are ended at any moment, and nothing is left, SEED=${seed}`, async t => {
  const rig = smokeRig(t)
  const kept = placesIn(join(rig.temporary, 'kept'))
  const words = (keeps: boolean) => [
    ...['--test-scope', 'none'],
    ...(keeps ? ['--workspace', kept.workspace, '--keep-workspace'] : []),
  ]
  const begun = monotonicMs()
  t.match(await rig.run(...words(true)), { code: 0 })
  const whole = monotonicMs() - begun
  await endAtMoments(t, { rig, seed, moments, whole, kept, keeping: 0.5, words })
  const last = await rig.run(...words(true))
  t.equal(last.code, 0, `the workspace can be used again\n${last.stderr}`)
})
