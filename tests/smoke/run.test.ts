import t from 'tap'
import { smokeRig } from './smoke-rig.ts'

t.setTimeout(280_000)

t.test('a source that does as it should passes, leaves its evidence, and nothing else', async t => {
  const rig = smokeRig(t)
  const { code, stdout, stderr } = await rig.run('--test-scope', 'none')
  t.equal(code, 0, stderr)
  t.match(stdout, /smoke passed: 10 of 10 phases passed in [\d.]+ s\n {2}evidence {3}\/.*report.html/)
  t.match(rig.summary(), { version: 1, outcome: 'passed', failed: null, kept: false })
  for (const name of [
    'events.ndjson',
    'harness.log',
    'junit.xml',
    'trace.json',
    'report.html',
    'services/api.log',
  ])
    t.ok(rig.evidenceNames().includes(name), name)
  t.match(rig.evidence('junit.xml'), /<testcase[^>]*name="untouched"/)
  t.match(rig.evidence('report.html'), /<a href="phases\/ready.log">/)
  t.match(rig.evidence('phases/ready.log'), /said its nonce/)
  t.same(rig.left(), [])
  t.same(rig.processes(), [])
})
