import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import t from 'tap'
import { until } from '../../../until.ts'
import { call, startRig, toolNames } from './rig.ts'

const bundle = await readFile(resolve(import.meta.dirname, '../../../../config/mcp-bundle.toml'), 'utf8')
const own = ['grep', 'workspace_fs_list', 'workspace_fs_read', 'workspace_fs_write']

t.test(
  'the starter bundle has tools by the names that agents know, for tokens with the scope admin',
  async t => {
    const { connect, token, root, server } = await startRig(t, bundle)
    await writeFile(join(root, 'a.txt'), 'one\n')
    const administrator = await token('admin', ['admin', 'mcp'])
    const client = await connect({ bearer: administrator.secret })
    t.same((await toolNames(client)).sort(), own)
    t.match(await call(client, 'workspace_fs_read', { operation: 'read_file', path: 'a.txt' }), {
      failed: false,
      text: 'one\n',
    })
    t.match(await call(client, 'workspace_fs_write', { path: 'b.txt', content: 'one more\n' }), {
      failed: false,
    })
    t.match(await call(client, 'grep', { pattern: 'one' }), {
      failed: false,
      text: 'a.txt:1:one\nb.txt:1:one more',
    })
    t.match(await call(client, 'workspace_fs_read', { path: '.artifacts/mcp/offers/grep.json' }), {
      failed: true,
      text: /FORBIDDEN/,
    })
    t.match(await server('grep', administrator.secret), { state: 'ready', tools: 1, drift: [] })

    const somebody = await connect()
    t.same(await toolNames(somebody), [], 'others have none of them')
    t.match(await call(somebody, 'workspace_fs_write', { path: 'b.txt', content: '' }), {
      failed: true,
      text: /workspace_fs needs a token with the scope admin/,
    })
    t.equal(await readFile(join(root, 'b.txt'), 'utf8'), 'one more\n')
    const alone = await connect({ path: '/servers/workspace_fs/mcp' })
    t.same(await toolNames(alone), [])
  },
)

t.test('who they are for counts as it is configured now, for clients that are connected too', async t => {
  const { connect, configure, root } = await startRig(
    t,
    bundle
      .replaceAll('admin_only = true', '')
      .replace('[servers.grep]', 'cwd = "notes"\nblock = ["write"]\n[servers.grep]'),
  )
  await mkdir(join(root, 'notes'))
  await writeFile(join(root, 'notes/mine.txt'), 'mine\n')
  const client = await connect()
  t.same(
    (await toolNames(client)).sort(),
    own.filter(name => name !== 'workspace_fs_write'),
  )
  t.match(await call(client, 'workspace_fs_list', {}), { text: 'mine.txt\t5' }, 'another directory')
  await configure(bundle)
  await until('none of them is shown any more', async () => (await toolNames(client)).length === 0)
  t.match(await call(client, 'grep', { pattern: 'x' }), { failed: true })
})
