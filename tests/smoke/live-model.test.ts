import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readCodexHome, writeMirror } from '../../smoke/agents/codex-mirror.ts'
import { findCodex } from '../../smoke/agents/codex-program.ts'
import { modelCatalog } from '../../smoke/agents/model-catalog.ts'
import { startScriptedModel } from '../../smoke/agents/scripted-model.ts'
import { codexNaming, stepsOf } from '../../smoke/agents/stage-steps.ts'
import { runStage } from '../../smoke/run/stage.ts'
import type { Stage } from '../../smoke/stages/stage.ts'
import { until } from '../until.ts'
import { mcpServer } from './mcp-server.ts'
import { room, write } from './room.ts'
import { smokeRig } from './smoke-rig.ts'
import { stageRig } from './stage-rig.ts'

t.setTimeout(280_000)

/** Every file below a directory that has one of these texts in it. */
const filesWith = (directory: string, texts: readonly string[]): string[] =>
  readdirSync(directory, { recursive: true })
    .map(String)
    .filter(name => {
      const path = join(directory, name)
      if (!lstatSync(path).isFile()) return false
      const content = readFileSync(path, 'latin1')
      return texts.some(text => content.includes(text))
    })

t.test(
  'what a person is signed in with is in nothing that is left, though the agent tells all of it',
  async t => {
    const secrets = [
      'sk-of-the-person',
      'access-of-the-person',
      'header-of-the-person',
      'server-of-the-person',
    ]
    const [key = '', access, header, other] = secrets
    const rig = smokeRig(t, 'none', { CODEX_API_KEY: key })
    const home = join(rig.home, 'my-codex')
    write(join(home, 'auth.json'), JSON.stringify({ tokens: { access_token: access } }))
    write(
      join(home, 'config.toml'),
      `model_provider = "mine"
[model_providers.mine]
name = "Mine"
base_url = "http://127.0.0.1:9/v1"
http_headers = { "x-key" = "${header}" }
["mcp_servers"."mine"]
command = "${other}"
`,
    )
    const program = join(room(t), 'codex')
    write(
      program,
      `#!/bin/sh
echo '{"type":"turn.started"}'
tell() { env; cat "$CODEX_HOME"/*; echo; ls -l "$CODEX_HOME"/auth.json; }
tell
tell >&2
`,
    )
    chmodSync(program, 0o755)
    const { code, stdout, stderr } = await rig.run(
      ...['--agent', 'codex', '--codex-cli', program, '--codex-home', home],
      ...['--test-scope', 'none', '--keep-workspace'],
    )
    t.equal(code, 1)
    t.match(stderr, /run \w+ with Codex, led by a live model, in /)
    t.match(stdout, /\n {2}agent {6}Codex, led by a live model\n$/)
    t.match(rig.summary().failed, { phase: 'agent:bundle-tools', reason: /line 2 is no event of Codex/ })
    const told = rig.evidence('transcripts/bundle-tools.stderr.log')
    t.match(told, /^CODEX_API_KEY=\*{16}$/m, 'it was passed on')
    t.match(told, /"access_token":"\*{20}"/)
    t.match(told, /"x-key" = "\*{20}"|x-key = "\*{20}"/)
    t.match(told, /^-rw-------.* .*auth\.json$/m)
    t.match(told, /\[mcp_servers\.gateway\]/)
    t.notMatch(told, other, 'of servers of their own it does not know')
    t.match(stdout + stderr, /^(?![\s\S]*of-the-person)/)
    t.match(rig.evidence('phases/codex-home.log'), `mirrored sign-in and model of ${home}`)
    const [workspace = ''] = rig.left()
    const before = JSON.parse(readFileSync(join(rig.temporary, workspace, 'before.json'), 'utf8'))
    t.ok(Object.hasOwn(before, home), 'whether it has changed is looked at')
    const left = [join(rig.home, '../root'), join(rig.temporary, workspace)]
    for (const directory of left) {
      t.not(
        filesWith(directory, ['DEBUG_SERVER_SMOKE', 'CODEX_API_KEY=***']).length,
        0,
        'it is looked through',
      )
      t.same(filesWith(directory, secrets), [])
    }
    t.equal(existsSync(join(rig.temporary, workspace, 'codex-home')), false)
  },
)

t.test('killed at work, a run leaves no sign-in in a workspace that is kept', async t => {
  const rig = smokeRig(t, 'none', { CODEX_API_KEY: 'sk-of-the-person' })
  const program = join(room(t), 'codex')
  write(program, '#!/bin/sh\necho \'{"type":"turn.started"}\'\nsleep 600\n')
  chmodSync(program, 0o755)
  const running = rig.start(
    ...['--agent', 'codex', '--codex-cli', program, '--model', 'live'],
    ...['--test-scope', 'none', '--keep-workspace'],
  )
  await until('the agent is at work', () => /agent:bundle-tools.*turn\.started/.test(running.stderr()))
  const [workspace = ''] = rig.left()
  const mirror = join(rig.temporary, workspace, 'codex-home')
  t.equal(statSync(mirror).mode & 0o777, 0o700)
  running.child.kill('SIGKILL')
  await running.ended
  await until('it is gone', () => !existsSync(mirror) && rig.processes().length === 0)
  t.ok(existsSync(join(rig.temporary, workspace, 'clone')), 'and nothing else is')
})

t.test('who is not signed in is told so before anything is done', async t => {
  const rig = smokeRig(t)
  const program = join(room(t), 'codex')
  write(program)
  const live = ['--agent', 'codex', '--codex-cli', program, '--model', 'live']
  t.match(await rig.run(...live), {
    code: 1,
    stderr: /nobody is signed in to Codex in .*\.codex[\s\S]*codex login/,
  })
  t.match(await rig.run(...live, '--codex-home', join(rig.home, 'none')), {
    code: 1,
    stderr: /there is no directory .*none, which --codex-home names/,
  })
  t.match(await rig.run('--agent', 'codex', '--codex-cli', program, '--plan-only'), {
    code: 0,
    stdout: /agent +Codex, led by a scripted model/,
  })
  write(join(rig.home, '.codex/auth.json'), '{"OPENAI_API_KEY":"sk-1"}')
  t.match(await rig.run('--agent', 'codex', '--codex-cli', program, '--plan-only'), {
    code: 0,
    stdout: /agent +Codex, led by a live model\nsign-in +that of .*\.codex\n/,
  })
  t.same(rig.left(), [])
})

const codex = findCodex(process.env)

t.test(
  'Codex is led through a stage by the model that a mirrored home leads to',
  codex.found ? {} : { skip: codex.reason },
  async t => {
    if (!codex.found) return
    const stage: Stage = {
      ...{ name: 'sums', describe: '', prompt: 'Add 1 and 2.', forbidden: [], says: /^3$/ },
      calls: [{ tool: 'add', arguments: { a: 1, b: 2 }, accepts: { a: 1 }, answer: { sum: 3 } }],
      leaves: { present: ['add', 'hang'], absent: ['mine'] },
      closing: () => '3',
    }
    const { port, asked } = await mcpServer(t)
    await using model = await startScriptedModel({ steps: stepsOf(stage, codexNaming) })
    const home = room(t)
    write(join(home, 'models.json'), JSON.stringify(modelCatalog(model.name)))
    write(
      join(home, 'config.toml'),
      `model = "${model.name}"
model_provider = "stand-in"
model_catalog_json = "models.json"
model_providers.stand-in = { name = "stand-in", base_url = "${model.url}", wire_api = "responses", requires_openai_auth = true, request_max_retries = 0 }
mcp_servers."of my own" = { command = "/nowhere", required = true }
`,
    )
    const { places, phase, evidence, lines } = await stageRig(t, {
      agent: { kind: 'codex', program: codex.path, model: 'live' },
      ...{ port, token: 'the-gateway-token' },
    })
    await writeMirror(places.codexHome, readCodexHome(home, { CODEX_API_KEY: model.key }))
    await runStage(phase, stage)
    t.equal(model.requests.length, 2, 'the key of the environment was that of the model')
    t.same([...new Set(asked)], ['Bearer the-gateway-token'])
    const secrets = [model.key, 'the-gateway-token']
    t.same(filesWith(evidence, secrets), [])
    t.notMatch(lines.join('\n'), new RegExp(secrets.join('|')))
    t.match(readFileSync(join(evidence, 'transcripts/sums.jsonl'), 'utf8'), /"turn\.completed"/)
  },
)
