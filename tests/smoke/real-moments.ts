import { join } from 'node:path'
import t from 'tap'
import { monotonicMs } from '../../lib/monotonic.ts'
import { placesIn } from '../../smoke/workspace/places.ts'
import { endAtMoments } from './at-moments.ts'
import { realRig } from './real-project.ts'

/**
 * As `moments.test.ts`, of this project itself, with PM2 and all that it starts: in a workspace that was bootstrapped, from the first phase after
 * that to the last, the next one at once after one that was killed. By hand: `SEED=7 MOMENTS=30 node tests/smoke/real-moments.ts` tries the same ones again, or more of them.
 */
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const moments = Number(process.env.MOMENTS ?? 2)

t.setTimeout(120_000 * (moments + 3))

t.test(
  `${moments} runs of this project are ended at any moment, and nothing is left, SEED=${seed}`,
  async t => {
    const { rig } = realRig(t)
    const kept = placesIn(join(rig.temporary, 'kept'))
    const words = () => ['--test-scope', 'none', '--workspace', kept.workspace, '--keep-workspace']
    const first = rig.start(...words())
    let begun = monotonicMs()
    first.child.stderr?.on('data', () => {
      if (!/\d +ports +started/.test(first.stderr())) begun = monotonicMs()
    })
    const { code, stderr } = await first.ended
    t.equal(code, 0, stderr)
    const whole = monotonicMs() - begun
    await endAtMoments(t, { rig, seed, moments, whole, kept, keeping: 1, rushes: true, words })
    const last = await rig.run(...words())
    t.equal(last.code, 0, `the workspace can be used again\n${last.stderr}`)
  },
)
