import t from 'tap'
import { runCodex } from '../../../../smoke/agents/codex.ts'
import { findCodex } from '../../../../smoke/agents/codex-program.ts'
import { call, message } from '../../../../smoke/agents/script.ts'
import { startScriptedModel } from '../../../../smoke/agents/scripted-model.ts'
import { answerIn } from '../../../../smoke/agents/tool-answer.ts'
import { at, temporary } from '../../cli/rig.ts'
import { artifact, command, page, session } from '../../samples.ts'
import { standIn } from '../../stand-in-server.ts'
import { sendRange } from '../send-range.ts'
import { startHttp } from './rig.ts'

t.setTimeout(240_000)

const codex = findCodex(process.env)
const unlessThere = codex.found ? {} : { skip: codex.reason }

t.test('Codex finds tools and resources over HTTP, and bears what opens them', unlessThere, async t => {
  if (!codex.found) return
  const report = Buffer.from('<testsuite tests="1"/>\n')
  await using server = await standIn({
    'sessions.get': () => session(),
    'sessions.list': () => page(session()),
    'commands.list': () => page(command()),
    'artifacts.list': () => page(artifact()),
    'artifacts.get': () => artifact({ bytes: report.length }),
    'artifacts.download': (_, exchange) => void sendRange(report, exchange),
  })
  const directory = await temporary(t)
  const place = { environment: at(server.url), directory, platform: 'linux' as const, root: directory }
  const mcp = await startHttp(place)
  t.teardown(mcp.end)
  const uri = `debug-server://artifacts/${artifact().id}`
  await using model = await startScriptedModel({
    steps: [
      call('session_info', { session: '@last' }, 'mcp__debug'),
      call('list_mcp_resources', { server: 'debug' }),
      call('read_mcp_resource', { server: 'debug', uri }),
      outputs => message(outputs.map(answerIn).join('\n')),
    ],
  })
  const run = (bearer: string) =>
    runCodex({
      program: codex.path,
      model,
      servers: { debug: { url: mcp.url, bearer } },
      prompt: 'Follow the script.',
    })
  const { items, exit, stderr } = await run(mcp.bearer)
  t.equal(exit, 0, stderr)
  const calls = items.filter(item => item.type === 'mcp_tool_call')
  t.match(calls[0], { tool: 'session_info', status: 'completed' })
  t.match(items.at(-1), { type: 'agent_message', text: /testsuite tests=/ })
  t.match(items.at(-1), { text: new RegExp(uri) })
  t.same(mcp.reports, [])

  const { exit: refused } = await run('wrong')
  t.equal(refused, 1, 'a required server that does not let it in')
})
