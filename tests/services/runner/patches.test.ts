import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { commit, git, runnerRig, write } from './rig.ts'

t.setTimeout(240_000)

t.test('patches', async t => {
  const rig = await runnerRig(t)
  const lines = Array.from({ length: 40 }, (_, i) => `line ${i + 1}\n`).join('')
  const before = randomBytes(3_000)
  const after = randomBytes(3_000)
  const origin = rig.origin({
    'src/text': lines,
    picture: before,
    'with space': 'x\n',
    crlf: 'one\r\ntwo\r\n',
  })
  const repository = await rig.repository(origin)
  /** A diff as git makes it of what `change` does to the origin's files. */
  const diff = (files: Record<string, string | Buffer>, ...options: string[]) => {
    write(origin, files)
    git(origin, 'add', '--all')
    const text = git(origin, 'diff', '--cached', ...options)
    git(origin, 'reset', '--quiet', '--hard')
    return `${text}\n`
  }

  await t.test('is applied to the worktree, and not committed', async t => {
    const patch = diff({ 'src/text': lines.replace('line 20\n', 'changed\n'), 'new/file': 'new\n' })
    const session = await rig.session(repository, { patch })
    t.match(session, { status: 'running', failure_json: null })
    const row = await rig.run(session, 'git status --porcelain -uall; sed -n 20p src/text; cat new/file')
    t.equal(rig.stdout(row), ' M src/text\n?? new/file\nchanged\nnew\n')
  })

  await t.test('with binary files, deletions, renames and modes', async t => {
    const binary = await rig.session(repository, { patch: diff({ picture: after }, '--binary') })
    t.match(binary, { status: 'running' })
    t.same(readFileSync(join(rig.files.worktree(binary.id), 'picture')), after)
    git(origin, 'mv', 'with space', 'tab\there')
    git(origin, 'rm', '--quiet', 'crlf')
    const patch = `${git(origin, 'diff', '--cached', '-M')}\n`
    git(origin, 'reset', '--quiet', '--hard')
    const session = await rig.session(repository, { patch })
    t.match(session, { status: 'running' })
    t.equal(readFileSync(join(rig.files.worktree(session.id), 'tab\there'), 'utf8'), 'x\n')
    t.notOk(existsSync(join(rig.files.worktree(session.id), 'crlf')))
  })

  await t.test('to bytes that are no UTF-8 and lines that end in CRLF', async t => {
    const patch = Buffer.from(
      '--- a/crlf\n+++ b/crlf\n@@ -1,2 +1,2 @@\n one\r\n-two\r\n+\xff\xfe\r\n',
      'latin1',
    )
    const session = await rig.session(repository, { patch })
    t.match(session, { status: 'running' })
    t.same(
      readFileSync(join(rig.files.worktree(session.id), 'crlf')),
      Buffer.from('one\r\n\xff\xfe\r\n', 'latin1'),
    )
  })

  const good = '--- a/src/text\n+++ b/src/text\n@@ -1,2 +1,2 @@\n-line 1\n+first\n line 2\n'
  const rejected: [name: string, patch: string, says: RegExp[]][] = [
    [
      'names the file, the line and the hunk',
      `${good}@@ -30,3 +30,3 @@\n line 30\n-line thirty-one\n+other\n line 32\n`,
      [/src\/text, line 30/, /@@ -30,3 \+30,3 @@\n line 30\n-line thirty-one\n\+other\n line 32/],
    ],
    ['a file that is not there', good.replaceAll('src/text', 'gone'), [/gone: No such file/]],
    [
      'a file that is there already',
      '--- /dev/null\n+++ b/src/text\n@@ -0,0 +1 @@\n+x\n',
      [/src\/text: already exists/],
    ],
    ['no patch at all', 'this is no patch\n', [/[Nn]o valid patches/]],
    ['cut off', good.slice(0, -8), [/corrupt patch at (?:line|patch:)/]],
    ['out of the worktree', good.replaceAll('src/text', '../../escape'), [/\.\.\/\.\.\/escape/]],
    ['into .git', '--- /dev/null\n+++ b/.git/hooks/post-checkout\n@@ -0,0 +1 @@\n+x\n', [/\.git\/hooks/]],
  ]
  for (const [name, patch, says] of rejected)
    await t.test(`rejected: ${name}`, async t => {
      const session = await rig.session(repository, { patch, commands: ['true'] })
      t.equal(session.status, 'failed')
      const failure = JSON.parse(session.failure_json ?? '{}')
      t.equal(failure.reason, 'patch_rejected')
      for (const text of says) t.match(failure.message, text)
      t.notMatch(failure.message, rig.root)
      t.notOk(existsSync(rig.files.session(session.id)), 'nothing of it is left')
      t.notMatch(git(rig.files.mirror(repository.id), 'for-each-ref'), session.id)
      t.notOk(existsSync(join(rig.root, 'escape')))
    })

  await t.test('through a symbolic link is refused', async t => {
    git(origin, 'checkout', '--quiet', '-b', 'linked')
    const { symlinkSync } = await import('node:fs')
    symlinkSync(rig.root, join(origin, 'link'))
    commit(origin, {}, 'a link')
    git(origin, 'checkout', '--quiet', 'main')
    const patch = '--- /dev/null\n+++ b/link/escaped\n@@ -0,0 +1 @@\n+x\n'
    const session = await rig.session(repository, { patch, revision: 'linked' })
    t.match(session, { status: 'failed', failure_json: /patch_rejected.*beyond a symbolic link/ })
    t.notOk(existsSync(join(rig.root, 'escaped')))
  })

  await t.test('whose file is not there fails the session', async t => {
    await rig.stop()
    const id = await rig.createSession(repository, { patch: 'x' })
    const { sessions } = await rig.store.read(async db => ({
      sessions: await db.selectFrom('sessions').selectAll().where('id', '=', id).execute(),
    }))
    rmSync(rig.files.patch(sessions[0]?.patch_sha256 ?? ''))
    await rig.start()
    t.match(await rig.settled(id), { status: 'failed', failure_json: /worktree_failed.*patch is not there/ })
  })
})
