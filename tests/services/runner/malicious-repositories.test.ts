import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { commit, git, runnerRig } from './rig.ts'

/** Each tries to have the runner itself run something: it would make the file `ran`. */
t.test('nothing that a repository brings is run by the runner', async t => {
  const rig = await runnerRig(t)
  const ran = join(rig.root, 'ran')
  const trap = `#!/bin/sh\ntouch '${ran}'\n`
  const hooks = [
    'post-checkout',
    'reference-transaction',
    'post-index-change',
    'pre-auto-gc',
    'fsmonitor-watchman',
  ]
  const plant = (folder: string) => {
    mkdirSync(folder, { recursive: true })
    for (const hook of hooks) {
      writeFileSync(join(folder, hook), trap)
      chmodSync(join(folder, hook), 0o755)
    }
  }

  await t.test('hooks and settings in what is registered', async t => {
    const origin = rig.origin({ 'hooks/post-checkout': trap, '.githooks/post-checkout': trap })
    plant(join(origin, '.git', 'hooks'))
    for (const [key, value] of [
      ['core.fsmonitor', `touch ${ran}`],
      ['core.sshCommand', `touch ${ran}`],
      ['uploadpack.packObjectsHook', `touch ${ran}; git pack-objects`],
      ['core.hooksPath', join(origin, '.git', 'hooks')],
    ] as const)
      git(origin, 'config', key, value)
    const session = await rig.session(await rig.repository(origin))
    t.match(session, { status: 'running' })
    t.notOk(existsSync(ran))
    const row = await rig.run(
      session,
      'git config --get-regexp "core.(fsmonitor|sshcommand|hookspath)"; ls .git/hooks',
    )
    t.equal(rig.stdout(row), '', 'they did not travel')
  })

  await t.test('hooks and settings planted in the mirror', async t => {
    const repository = await rig.repository()
    const mirror = rig.files.mirror(repository.id)
    plant(join(mirror, 'hooks'))
    for (const [key, value] of [
      ['core.fsmonitor', `touch ${ran}`],
      ['core.hooksPath', join(mirror, 'hooks')],
      ['protocol.ext.allow', 'always'],
      [`url.ext::touch% ${ran}% .insteadOf`, repository.url],
      ['credential.helper', `!touch ${ran}`],
    ] as const)
      git(mirror, 'config', key, value)
    commit(repository.directory, { more: '' })
    const session = await rig.session(repository)
    t.notOk(existsSync(ran))
    t.match(session, { status: 'running' }, 'and the mirror as it was still serves')
  })

  await t.test('filters, diff and merge drivers named by attributes', async t => {
    const attributes = '* filter=evil diff=evil merge=evil\n*.lfs filter=lfs\n'
    const repository = await rig.repository({
      '.gitattributes': attributes,
      '.gitconfig': `[filter "evil"]\n\tsmudge = touch ${ran}\n\tclean = touch ${ran}\n`,
      text: 'as it is\n',
      'big.lfs': 'version https://git-lfs.github.com/spec/v1\n',
    })
    const patch = '--- a/text\n+++ b/text\n@@ -1 +1 @@\n-as it is\n+changed\n'
    const session = await rig.session(repository, { patch })
    t.match(session, { status: 'running' })
    t.equal(rig.stdout(await rig.run(session, ['cat', 'text'])), 'changed\n')
    t.notOk(existsSync(ran))
  })

  await t.test('links that lead out of the worktree are only links', async t => {
    const origin = rig.origin()
    symlinkSync('/etc', join(origin, 'etc'))
    symlinkSync(rig.root, join(origin, 'up'))
    commit(origin, {}, 'links')
    const session = await rig.session(await rig.repository(origin))
    t.match(session, { status: 'running' })
    const row = await rig.run(session, ['true'], { directory: 'up' })
    t.match(row, { status: 'failed', failure_json: /directory_not_found/ })
  })

  await t.test('commands in place of an update of submodules', async t => {
    const inner = rig.origin()
    const origin = rig.origin({
      '.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = ${inner}\n\tupdate = !touch ${ran}\n`,
    })
    git(origin, 'update-index', '--add', '--cacheinfo', `160000,${git(inner, 'rev-parse', 'HEAD')},x`)
    git(origin, 'commit', '--quiet', '--message', 'a submodule')
    const repository = await rig.repository(origin)
    t.match(await rig.session(repository, { submodules: 'none' }), { status: 'running' })
    await rig.repository(inner)
    t.match(await rig.session(repository), { status: 'running', failure_json: null })
    t.notOk(existsSync(ran))
  })
})
