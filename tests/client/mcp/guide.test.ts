import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { createTools } from '../../../client/mcp/tools.ts'
import { blocksOf, played } from '../guide.ts'
import { realServer } from '../real-server.ts'
import { startMcp } from './rig.ts'

const guide = await readFile(new URL('../../../docs/mcp.md', import.meta.url), 'utf8')

t.test('the guide speaks of tools that there are', t => {
  const names = createTools().map(({ name }) => name)
  for (const [, name = ''] of guide.matchAll(/`((?:debug|session|repository|command|artifact)_[a-z_]+)`/g))
    t.ok(names.includes(name), name)
  t.end()
})

t.test('the token that the guide makes may do what its tools do', async t => {
  const server = await realServer(t)
  const [block = '', install = '', call = ''] = blocksOf(guide, 'sh')
  const token = (await played(server, block.trim().split('\n'), server.directory)).split('\n')[1] ?? ''
  await using mcp = await startMcp({
    environment: { DEBUG_SERVER_URL: server.url, DEBUG_SERVER_TOKEN: token },
    directory: server.directory,
  })
  t.match(await mcp.value('repository_init', { url: 'https://127.0.0.1:1/none.git', name: 'none' }), {
    name: 'none',
    status: 'failed',
  })
  await mkdir(join(server.directory, 'other-repo'))
  await mkdir(join(server.directory, 'clone'))
  t.match(await played(server, [install.trim()]), /created AGENTS\.md\ncreated \.codex\/spec\.md/)
  t.match(await played(server, [call.trim()], server.directory), /"result":\[\{"id":"rep_\w+","name":"none"/)
  for (const [name, input] of [
    ['session_create', { repository: 'unknown' }],
    ['session_logs', { session: '@last' }],
    ['debug_launch', { session: '@last', python: 'a.py' }],
  ] as const) {
    const { content } = await mcp.callTool(name, input)
    t.match(content, [{ text: /^(?:session|repository)_not_found: / }], name)
  }
})
