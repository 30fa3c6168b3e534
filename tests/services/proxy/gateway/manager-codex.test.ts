import { cp, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import t from 'tap'
import { runCodex } from '../../../../smoke/agents/codex.ts'
import { findCodex } from '../../../../smoke/agents/codex-program.ts'
import { call as calls, message } from '../../../../smoke/agents/script.ts'
import { startScriptedModel } from '../../../../smoke/agents/scripted-model.ts'
import { answerIn } from '../../../../smoke/agents/tool-answer.ts'
import { managerTable, startRig } from './rig.ts'

t.setTimeout(240_000)

const codex = findCodex(process.env)
const fixtures = resolve(import.meta.dirname, '../../../fixtures/mcp-servers')

t.test(
  'Codex installs a server, and in its next run calls its tool and removes it',
  codex.found ? {} : { skip: codex.reason },
  async t => {
    if (!codex.found) return
    const rig = await startRig(t, managerTable)
    await cp(fixtures, join(rig.root, 'catalogues'), { recursive: true })
    const { secret } = await rig.token('admin', ['admin'])
    const manage = (operation: string, params: Record<string, unknown> = {}) =>
      calls('manage_servers', { operation, params }, 'mcp__gateway')
    const path = codex.path
    /** Codex asks which tools there are when it starts. */
    const run = async (steps: readonly ReturnType<typeof calls>[]) => {
      await using model = await startScriptedModel({
        steps: [...steps, outputs => message(outputs.map(answerIn).join('\n'))],
      })
      const servers = { gateway: { url: `${rig.proxy.url}/mcp`, bearer: secret } }
      const { items, exit, stderr } = await runCodex({
        program: path,
        model,
        servers,
        prompt: 'Follow the script.',
      })
      t.equal(exit, 0, stderr)
      const made = items.filter(item => item.type === 'mcp_tool_call').map(item => [item.tool, item.status])
      return { made, said: items.at(-1) }
    }
    const installing = await run([
      manage('refresh_discovery', { source_path: 'catalogues/catalog.toml' }),
      manage('list_discovered_servers'),
      manage('install_server', { name: 'tiny', target_name: 'tiny_smoke', dry_run: true }),
      manage('install_server', { name: 'tiny', target_name: 'tiny_smoke' }),
    ])
    t.same(installing.made, Array(4).fill(['manage_servers', 'completed']))
    t.match(installing.said, { text: /"package":"tiny-mcp-server@1\.2\.3"/ })
    const using = await run([
      calls('tiny_smoke_echo', { text: 'hello there' }, 'mcp__gateway'),
      manage('remove_server', { name: 'tiny_smoke' }),
      manage('remove_server', { name: 'tiny_smoke' }),
    ])
    t.same(using.made, [
      ['tiny_smoke_echo', 'completed'],
      ['manage_servers', 'completed'],
      ['manage_servers', 'failed'],
    ])
    t.match(using.said, { text: /hello there[\s\S]*no server \\*"tiny_smoke\\*" is installed/ })
    t.notMatch(await readFile(join(rig.root, '.artifacts/mcp/servers.toml'), 'utf8'), /tiny/)
  },
)
