import { existsSync } from 'node:fs'
import t from 'tap'
import { smokeRig } from './smoke-rig.ts'

t.setTimeout(280_000)

const faults = [
  ['bootstrap-fails', 'bootstrap', /no python3 on this host/],
  ['bootstrap-dirties', 'bootstrap', /the clone is not clean any more:\n\?\? left.txt/],
  ['bundle-fails', 'bundle', /there is no program "uvx" on PATH/],
  ['up-fails', 'up', /the api crashed at import/],
  ['serves-another-nonce', 'ready', /did not say its nonce.*another/],
  ['types-are-wrong', 'structural', /number is no string/],
  ['contract-is-broken', 'structural', /described by nothing/],
  ['verify-fails', 'verify-clean', /this checkout is not clean/],
  ['listens-elsewhere', 'confined', /listens where it should not: pid \d+ on 0.0.0.0:\d+/],
  ['leaves-a-daemon', 'down', /these processes are left: pid \d+ \(.*setInterval/],
  ['writes-outside', 'untouched', /added .*\.codex\/config.toml/],
  ['writes-into-the-harness', 'untouched', /added .*root\/left.txt/],
] as const

for (const [fault, phase, reason] of faults)
  t.test(`${fault}: it fails at ${phase}, says why, and leaves nothing`, async t => {
    const rig = smokeRig(t, fault)
    const { code, stderr } = await rig.run(...(phase === 'structural' ? [] : ['--test-scope', 'none']))
    t.equal(code, 1)
    t.match(stderr, new RegExp(`smoke failed in "${phase}"`))
    const { outcome, failed } = rig.summary()
    t.equal(outcome, 'failed')
    t.equal(failed?.phase, phase)
    t.match(failed?.reason, reason)
    if (phase !== 'untouched')
      t.match(rig.evidence(`diagnosis-${phase}.txt`), /== Services[\s\S]*== Processes of the run/)
    t.same(rig.left(), [])
    t.same(rig.processes(), [])
    t.equal(existsSync(rig.source), true)
  })
