import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'toml'
import { contradictions } from '../../../../config/mcp/contradictions.ts'
import { mcpSchema } from '../../../../config/mcp/schema.ts'
import { runCodex } from '../../../../smoke/agents/codex.ts'
import { findCodex } from '../../../../smoke/agents/codex-program.ts'
import { call as calls, message } from '../../../../smoke/agents/script.ts'
import { startScriptedModel } from '../../../../smoke/agents/scripted-model.ts'
import { answerIn } from '../../../../smoke/agents/tool-answer.ts'
import { blocksOf, played } from '../../../client/guide.ts'
import { realServer } from '../../../client/real-server.ts'
import { call, startRig, toolNames, unrulyTable } from './rig.ts'

t.setTimeout(240_000)

const guide = await readFile(new URL('../../../../docs/mcp-gateway.md', import.meta.url), 'utf8')
const codex = findCodex(process.env)
const own = '[servers.debug-server]\nbuiltin = "debug-server"\nshare = "client"\nchanges = "follow"\n'

t.test('the configuration that the guide shows is one', async t => {
  const [, servers = '', composites = ''] = blocksOf(guide, 'toml')
  const settings = mcpSchema.parse(parse(`${servers}\n${composites}`))
  t.same(contradictions(settings), [])
  t.same(Object.keys(settings.servers), ['files', 'tickets'])
})

t.test('what the guide tells to type opens the gateway, with the own tools for who may use them', async t => {
  const server = await realServer(t)
  const rig = await startRig(t, own, { api: server.url, storeFile: join(server.directory, 'store.db') })
  const [create = '', , , ask = ''] = blocksOf(guide, 'sh')
  const token = (await played(server, [create.trim()], server.directory)).split('\n')[1] ?? ''
  const asked = ask.trim().replace('$TOKEN', token).replace('http://127.0.0.1:9090', rig.proxy.url)
  t.match(await played(server, [asked], server.directory), /"name":"debug-server","state":"unmet"/)
  const client = await rig.connect({ bearer: token })
  t.ok((await toolNames(client)).includes('debug-server_session_list'))
  t.match(await call(client, 'debug-server_session_list'), {
    failed: false,
    text: /"items":\[\]|"sessions":\[\]|\[\]/,
  })
  const narrow = await rig.token('narrow')
  const other = await rig.connect({ bearer: narrow.secret })
  t.match(await call(other, 'debug-server_session_list'), { failed: true, text: /insufficient_scope/ })
  for (const bearer of [token, narrow.secret])
    t.equal((await rig.server('debug-server', bearer)).instances.length, 1, 'one for each token')
})

t.test(
  'Codex calls tools of several servers through the gateway, and needs its token',
  codex.found ? {} : { skip: codex.reason },
  async t => {
    if (!codex.found) return
    const composite =
      '[composites.notes]\ndescription = "notes"\noutput_schema = { type = ["object", "null"], required = ["text", "text"] }\n[composites.notes.operations.say]\nserver = "two"\ntool = "echo"\n'
    const rig = await startRig(
      t,
      `${unrulyTable('one', '[servers.one.tools.facts]\noutput_schema = { type = ["object", "null"] }')}${unrulyTable('two')}${composite}`,
    )
    await using model = await startScriptedModel({
      steps: [
        calls('one_echo', { text: 'by one' }, 'mcp__gateway'),
        calls('notes', { operation: 'SAY', text: 'by two', list: null }, 'mcp__gateway'),
        calls('one_huge', { bytes: 20_000_000 }, 'mcp__gateway'),
        outputs => message(outputs.map(answerIn).join('\n')),
      ],
    })
    const run = (bearer: string) =>
      runCodex({
        program: codex.path,
        model,
        servers: { gateway: { url: `${rig.proxy.url}/mcp`, bearer } },
        prompt: 'Follow the script.',
      })
    const { items, exit, stderr } = await run(rig.secret)
    t.equal(exit, 0, stderr)
    const made = items.filter(item => item.type === 'mcp_tool_call')
    t.match(made, [
      { tool: 'one_echo', status: 'completed' },
      { tool: 'notes', status: 'completed' },
      { tool: 'one_huge', status: 'failed' },
    ])
    t.match(items.at(-1), {
      type: 'agent_message',
      text: /by one[\s\S]*by two[\s\S]*longer than 10485760 bytes/,
    })
    t.equal((await run('wrong')).exit, 1, 'a required server that does not let it in')
  },
)
