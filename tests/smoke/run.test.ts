import t from 'tap'
import { smokeRig } from './smoke-rig.ts'

t.setTimeout(280_000)

t.test('a source that does as it should passes, leaves its evidence, and nothing else', async t => {
  const rig = smokeRig(t)
  const { code, stdout, stderr } = await rig.run('--test-scope', 'none')
  t.equal(code, 0, stderr)
  t.match(stdout, /smoke passed: 16 of 16 phases passed in [\d.]+ s\n {2}evidence {3}\/.*report.html/)
  t.match(stderr, /^[\d:]+ +smoke +started\n[\d:]+ +smoke +│ run \w+ with no agent, in /)
  t.match(stdout, /\n {2}agent {6}no agent\n$/)
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
  const names = rig.summary().phases.map(({ name }) => name)
  t.match(names, ['clean-up', 'workspace', 'clone', /./, /./, /./, 'ports', 'client-repository'])
  t.same(names.slice(-3), ['untouched', 'evidence', 'remove'], 'with what the harness does itself')
  for (const name of ['untouched', 'clean-up', 'workspace', 'evidence', 'remove']) {
    t.match(rig.evidence('junit.xml'), new RegExp(`<testcase[^>]*name="${name}"`))
    t.match(rig.evidence('report.html'), new RegExp(`>${name}(?:</a>)?</td><td>passed</td><td>\\d`))
    t.match(rig.evidence('trace.json'), new RegExp(`"name":"${name}"`))
  }
  t.match(rig.evidence('report.html'), /<a href="phases\/ready.log">/)
  t.match(rig.evidence('phases/ready.log'), /said its nonce/)
  t.match(stderr, /shown this once: \*\*\*/, 'the token of the clone is told nobody')
  for (const name of ['harness.log', 'events.ndjson', 'phases/bootstrap.log'])
    t.match(rig.evidence(name), /shown this once: \*{9}/, name)
  t.notMatch(rig.evidence('phases/up.log'), /is down/, 'nothing is ended before it is asked for')
  t.same(rig.left(), [])
  t.same(rig.processes(), [])
})

t.test('what is not there is refused before anything is done', async t => {
  const rig = smokeRig(t)
  t.match(await rig.run('--agent', 'codex', '--codex-cli', '/nowhere/codex'), {
    code: 1,
    stderr: /there is no \/nowhere\/codex, which --codex-cli names/,
  })
  const found = await rig.run('--agent', 'codex', '--codex-cli', 'sh', '--plan-only')
  t.match(found, { code: 0, stdout: /agent:bundle-tools/ }, 'but one that a shell would find is')
  t.match(await rig.run('--revision', 'no-such-branch', '--agent', 'mcp'), {
    code: 1,
    stderr: /run \w+ with a scripted MCP client, in [\s\S]*git rev-parse failed in/,
    stdout: /^smoke refused, before anything was done\n {2}agent {6}a scripted MCP client\n$/,
  })
  t.match(await rig.run('--source', rig.home), { code: 1, stderr: /does not look like a checkout/ })
  t.match(await rig.run('--workspace', rig.home), { code: 1, stderr: /holds .*home, which would be removed/ })
  t.same(rig.left(), [])
})
