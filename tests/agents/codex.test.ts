import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { runCodex } from '../../smoke/agents/codex.ts'
import { readCodexEvents } from '../../smoke/agents/codex-events.ts'
import { findCodex } from '../../smoke/agents/codex-program.ts'
import { toolNames } from '../../smoke/agents/model-request.ts'
import { call, message, type Step } from '../../smoke/agents/script.ts'
import { startScriptedModel } from '../../smoke/agents/scripted-model.ts'
import { answerIn } from '../../smoke/agents/tool-answer.ts'

t.setTimeout(240_000)

const codex = findCodex(process.env)
const unlessThere = codex.found ? {} : { skip: codex.reason }
const tiny = {
  command: process.execPath,
  args: [join(import.meta.dirname, 'tiny-mcp-server.ts')],
}

async function runScript(steps: readonly Step[], deadline?: number) {
  if (!codex.found) throw new Error(codex.reason)
  await using model = await startScriptedModel({ steps })
  const result = await runCodex({
    program: codex.path,
    model,
    servers: { tiny },
    prompt: 'Follow the script.',
    ...(deadline === undefined ? {} : { deadline }),
  })
  return { result, requests: model.requests }
}

t.test('Codex calls the tools of a script, and the script hears what they say', unlessThere, async t => {
  const { result, requests } = await runScript([
    call('echo', { text: 'one' }, 'mcp__tiny'),
    ([first]) => call('echo', { text: `${first === undefined ? '' : answerIn(first)} and two` }, 'mcp__tiny'),
    call('refuse', {}, 'mcp__tiny'),
    outputs => message(`${outputs.length} answers`),
  ])
  t.match(result, { exit: 0, timedOut: false, end: { kind: 'completed' } }, result.stderr)
  t.match(result.items, [
    { type: 'mcp_tool_call', tool: 'echo', status: 'completed', result: { content: [{ text: 'one' }] } },
    { type: 'mcp_tool_call', tool: 'echo', arguments: { text: 'one and two' }, status: 'completed' },
    { type: 'mcp_tool_call', tool: 'refuse', status: 'failed', result: { content: [{ text: 'not today' }] } },
    { type: 'agent_message', text: '3 answers' },
  ])
  t.equal(requests.length, 4)
  for (const request of requests) t.same(toolNames(request, 'mcp__tiny'), ['echo', 'hang', 'refuse'])
})

t.test('a script at its end fails the turn, and says why', unlessThere, async t => {
  const { result, requests } = await runScript([call('echo', { text: 'x' }, 'mcp__tiny')])
  t.match(result, { exit: 1, end: { kind: 'failed', message: /all of them are done/ } })
  t.equal(requests.length, 2, 'it is not asked again')
})

t.test('a run past its deadline is ended, with a busy MCP server', unlessThere, async t => {
  // That nothing is left is for `npx task test` to see: it owns what this file starts.
  const { result } = await runScript([call('hang', {}, 'mcp__tiny'), message('never said')], 5_000)
  t.match(result, { timedOut: true, end: { kind: 'untold' } })
})

t.test('a server that does not start fails the run', unlessThere, async t => {
  if (!codex.found) return
  await using model = await startScriptedModel({ steps: [message('never said')] })
  const result = await runCodex({
    program: codex.path,
    model,
    servers: { tiny: { command: process.execPath, args: ['-e', 'process.exit(1)'] } },
    prompt: 'Follow the script.',
  })
  t.equal(result.exit, 1)
  t.equal(model.requests.length, 0)
})

t.test('Codex is found by its name, on PATH, and behind its launcher', async t => {
  const room = await mkdtemp(join(tmpdir(), 'codex-found-'))
  t.teardown(() => rm(room, { recursive: true }))
  t.match(findCodex({ PATH: room }), { found: false, reason: /npm install --global @openai\/codex/ })
  t.match(findCodex({ DEBUG_SERVER_CODEX: join(room, 'none') }), { found: false, reason: /no such file/ })

  const launcher = join(room, 'node_modules/@openai/codex/bin/codex.js')
  await mkdir(join(launcher, '..'), { recursive: true })
  await writeFile(launcher, '')
  await symlink(launcher, join(room, 'codex'))
  t.match(findCodex({ PATH: room }), { found: false, reason: /install @openai\/codex anew/ })

  const native = join(room, `node_modules/@openai/codex-${process.platform}-${process.arch}`)
  const program = join(native, 'vendor/some-triple/bin/codex')
  await mkdir(join(program, '..'), { recursive: true })
  await writeFile(join(native, 'package.json'), '{}')
  await writeFile(program, '')
  await chmod(program, 0o755)
  t.match(findCodex({ PATH: `/none:${room}` }), { found: true, path: /some-triple\/bin\/codex$/ })
  t.match(findCodex({ PATH: '/none', DEBUG_SERVER_CODEX: program }), { found: true, path: /some-triple/ })
})

t.test('events are read strictly, and a run that a signal ended tells no end', async t => {
  t.same(readCodexEvents('{"type":"thread.started","thread_id":"1"}\n{"type":"turn.started"}\n'), {
    items: [],
    unfinished: [],
    others: [],
    end: { kind: 'untold' },
  })
  t.throws(() => readCodexEvents('{"type":"turn.exploded"}\n'), { message: /line 1 is no event of Codex/ })
})
