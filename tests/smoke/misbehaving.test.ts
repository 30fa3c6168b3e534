import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { runStage } from '../../smoke/run/stage.ts'
import type { Stage } from '../../smoke/stages/stage.ts'
import { startRig } from '../services/proxy/gateway/rig.ts'
import { until } from '../until.ts'
import { greetingTaskfile } from './greeting.ts'
import { misbehavingAgent } from './misbehaving-agent.ts'
import { smokeRig } from './smoke-rig.ts'
import { stageRig } from './stage-rig.ts'

t.setTimeout(280_000)

const echo = (text: string): Stage['calls'][number] => ({
  ...{ tool: 'smoke_echo', arguments: { text }, accepts: { text }, answer: text },
})
const stage: Stage = {
  ...{ name: 'use', describe: '', prompt: 'use it', calls: [echo('one'), echo('two')], says: /one, two/ },
  forbidden: [{ tool: 'smoke_refuse', arguments: {}, why: 'nobody asked for it' }],
  leaves: { present: ['smoke_echo'], absent: [] },
  closing: () => 'one, two',
}

const well = `await call('smoke_echo', { text: 'one' }); await call('smoke_echo', { text: 'two' }); say('one, two'); over()`
const committing = `execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--allow-empty', '-m', 'x'])`
const tiny = resolve(import.meta.dirname, '../agents/tiny-mcp-server.ts')
const tables = ['smoke', 'other'].map(
  name =>
    `[servers.${name}]\ncommand = ${JSON.stringify(process.execPath)}\nargs = [${JSON.stringify(tiny)}]\n`,
)

t.test('whatever an agent does otherwise at a real gateway is told, with the reason', async t => {
  const gateway = await startRig(t, tables.join('\n'))
  const { secret: token } = await gateway.token('admin', ['admin'])
  const port = Number(new URL(gateway.proxy.url).port)
  const run = async (deeds: string) => {
    const program = misbehavingAgent(t, deeds)
    const rig = await stageRig(t, { agent: { kind: 'codex', program, model: 'scripted' }, port, token })
    const ended = await runStage(rig.phase, stage).then(
      () => 'passed',
      (error: Error) => error.message,
    )
    return { ended, ...rig }
  }
  t.equal((await run(well)).ended, 'passed')
  const other = well.replaceAll('smoke_', 'other_')
  const table: [what: string, deeds: string, reason: RegExp][] = [
    ['calls the tool under another name', other, /failed: smoke_echo was not called$/],
    [
      'calls what there is not',
      `await call('smoke_gone'); ${well}`.replace(
        "call('smoke_echo', { text: 'two' })",
        "call('smoke_gone')",
      ),
      /smoke_echo was not called after smoke_echo$/,
    ],
    [
      'calls in another order',
      well.replace("'one'", "'x'").replace("'two'", "'one'").replace("'x'", "'two'"),
      /smoke_echo was called before smoke_echo$/,
    ],
    [
      'calls what is forbidden',
      `await call('smoke_refuse'); ${well}`,
      /smoke_refuse was called with \{\}: nobody asked/,
    ],
    ['only says so', `say('one, two'); over()`, /smoke_echo was not called$/],
    [
      'ends with 0 halfway',
      `await call('smoke_echo', { text: 'one' }); process.exit(0)`,
      /ends before the turn/,
    ],
    [
      'leaves a file in the repository',
      `writeFileSync('left.txt', ''); ${well}`,
      /works on is not clean any more:\n\?\? left\.txt/,
    ],
    [
      'leaves one where git does not look',
      `writeFileSync('.git/hooks/post-checkout', ''); ${well}`,
      /at work, this was written:\n {2}added .*post-checkout$/,
    ],
    ['commits', `${committing}; ${well}`, /this was written:[\s\S]*changed .*refs\/heads\/main$/m],
  ]
  for (const [what, deeds, reason] of table) t.match((await run(deeds)).ended, reason, what)
  const wrong = [
    ...['.artifacts/secrets/admin-token', '.git/hooks/post-checkout', 'config/mcp.local.toml'],
    ...['../home/.bashrc', '../sandbox.env'],
  ]
  const writing = wrong.map(path => `appendFileSync('../clone/${path}', ' ');`).join('')
  t.match(
    (await run(`${writing} ${well}`)).ended,
    /"use" was at work, this was written:\n {2}changed .*admin-token\n {2}added .*post-checkout\n {2}added .*mcp\.local\.toml\n {2}added .*home\/\.bashrc\n {2}changed .*sandbox\.env$/,
    'where nothing of a stage writes',
  )
  const caching = `mkdirSync('../home/.cache/x', { recursive: true }); writeFileSync('../home/.cache/x/y', ''); writeFileSync('../clone/.artifacts/z', '')`
  t.equal((await run(`${caching}; ${well}`)).ended, 'passed', 'caches, and where the server writes')
  const telling = await run(`${well.replace('say(', `await call('smoke_echo', { text: 'hunter"2' }); say(`)}`)
  t.equal(telling.ended, 'passed')
  t.match(readFileSync(join(telling.evidence, 'transcripts/use.jsonl'), 'utf8'), /"text":"\*{9}"/)
  t.notMatch(telling.lines.join('\n'), /hunter/, 'secrets of the run are covered, in the form of JSON too')
  const chatting = `for (let at = 0; at < 2_300; at++) tell({ type: 'item.updated', item: { type: 'todo_list' } })`
  const much = await run(`${chatting}; ${well}`)
  t.equal(much.ended, 'passed', 'what is too much to be told is judged all the same')
  t.match(much.lines.at(-1), /^Codex says more: see .*use\.jsonl$/)
  t.equal(much.lines.length, 2_001)
  const daemon = `const left = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }); left.unref(); process.stderr.write(String(left.pid))`
  const { ended, evidence } = await run(`${daemon}; ${well}`)
  t.equal(ended, 'passed')
  const pid = readFileSync(join(evidence, 'transcripts/use.stderr.log'), 'utf8')
  t.match(pid, /^\d+$/)
  await until('the daemon that it has left is gone', () => !existsSync(`/proc/${pid}`))
})

t.test('one that does as it is told, and writes outside of the workspace, fails the run', async t => {
  const rig = smokeRig(t, 'none', {}, greetingTaskfile)
  const outside = join(rig.home, '.codex/hooks.json')
  const program = misbehavingAgent(
    t,
    `await call('echo', { text: 'good morning' }); say('good morning'); over(); writeFileSync(${JSON.stringify(outside)}, '{}')`,
  )
  const words = ['--agent', 'codex', '--codex-cli', program, '--model', 'scripted', '--test-scope', 'none']
  t.match(await rig.run(...words), { code: 1 })
  const { failed, phases } = rig.summary()
  t.match(failed, { phase: 'untouched', reason: /added .*\.codex\/hooks\.json/ })
  t.match(
    phases.find(({ name }) => name === 'agent:greet'),
    { outcome: 'passed' },
  )
  t.same(rig.left(), [])
})
