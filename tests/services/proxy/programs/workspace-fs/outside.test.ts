import { mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { exchange, makeWorkspace, startProgram } from '../rig.ts'

t.test('nothing outside of the workspace, and nothing that is closed, is read or written', async t => {
  const { root, outside } = await makeWorkspace(t, {
    'a.txt': 'mine\n',
    '.git/config': '[core]\n',
    '.artifacts/secrets/admin-token': 'token',
    'config/mcp.local.toml': 'local',
    'sub/.GIT/hooks/x': '',
  })
  await symlink(outside, join(root, 'out'))
  await symlink(join(outside, 'secret'), join(root, 'secret'))
  await symlink('../outside/secret', join(root, 'up'))
  await symlink('.git', join(root, 'innocent'))
  await symlink(join(root, '.artifacts'), join(root, 'data'))
  await symlink('self', join(root, 'self'))
  const { call } = await startProgram(t, 'workspace-fs', root)
  const paths = [
    '../outside/secret',
    'a/../../outside/secret',
    './../outside',
    '/etc/passwd',
    join(outside, 'secret'),
    `${root}x/a`,
    'out/secret',
    'secret',
    'up',
    'self',
    '.git/config',
    'sub/.GIT/hooks/x',
    '.artifacts/secrets/admin-token',
    'config/mcp.local.toml',
    'config/MCP.LOCAL.TOML',
    'innocent/config',
    'data/secrets/admin-token',
    'x/../.git/config',
    '/proc/self/environ',
  ]
  for (const path of paths) {
    const read = await call('read', { path })
    t.ok(read.failed, `read ${path}`)
    t.notMatch(read.texts.join(), /secret of somebody|\[core\]|token$/)
    for (const operation of ['write_file', 'append', 'make_directory'])
      t.ok(
        (await call('write', { operation, path: `${path}/made`, content: 'x' })).failed,
        `${operation} below ${path}`,
      )
    t.ok((await call('write', { path, content: 'x' })).failed, `write ${path}`)
    t.ok((await call('list', { path })).failed, `list ${path}`)
  }
  t.equal(await readFile(join(outside, 'secret'), 'utf8'), 'the secret of somebody else\n')
  t.same(await readdir(outside), ['secret'])
  t.same(await readdir(join(root, '.git')), ['config'])
})

t.test('who exchanges a directory for a link all the time leads nobody out', async t => {
  const { root, outside } = await makeWorkspace(t, { 'real/secret': 'mine\n' })
  await mkdir(join(root, 'd'))
  await symlink(outside, join(root, 'link'))
  await exchange(t, root)
  const { call } = await startProgram(t, 'workspace-fs', root)
  for (let round = 0; round < 150; round++) {
    t.notMatch((await call('read', { path: 'd/secret' })).texts.join(), /somebody/)
    await call('write', { path: 'd/made', content: 'x' })
    t.notMatch((await call('list', { path: 'd', depth: 2 })).texts.join(), /secret\t28/)
  }
  t.same(await readdir(outside), ['secret'], 'nothing was written there')
})
