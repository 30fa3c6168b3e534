import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import t from 'tap'
import { requestRemoval } from '../../../services/store/session-transitions.ts'
import { getSession } from '../../../services/store/sessions.ts'
import { until } from '../../until.ts'
import { git, type RunnerRig, runnerRig } from './rig.ts'

t.setTimeout(250_000)

/** A repository with these files by name, however many and whatever they are called: no directory has to hold them. */
function imported(rig: RunnerRig, files: Iterable<readonly [name: string, content: string]>): string {
  const origin = rig.origin()
  const committer = 'committer Test <test@localhost> 1 +0000\ndata 5\ntrees\n'
  const lines = [`commit refs/heads/main\n${committer}`]
  for (const [name, content] of files)
    lines.push(`M 100644 inline ${name}\ndata ${Buffer.byteLength(content)}\n${content}\n`)
  // It asks for memory for each file, and gives it back: a hundred times as slow, if that is done at once.
  const env = { ...process.env, MALLOC_TRIM_THRESHOLD_: '100000000' }
  execFileSync('git', ['fast-import', '--quiet', '--force'], { cwd: origin, env, input: lines.join('') })
  git(origin, 'reset', '--quiet')
  return origin
}

t.test('a repository of 100,000 files', async t => {
  const rig = await runnerRig(t)
  const names = Array.from({ length: 100_000 }, (_, i) => [`d${i % 300}/f${i}`, `${i}`] as const)
  const repository = await rig.repository(imported(rig, names))
  const id = await rig.createSession(repository)
  await until('it runs', async () => (await getSession(rig.store, id))?.status === 'running', 100_000)
  const row = await rig.run({ id }, 'git ls-files | wc -l; git status --porcelain | wc -l; cat d99/f99999')
  t.equal(rig.stdout(row).replaceAll(' ', ''), '100000\n0\n99999')
  await requestRemoval(rig.store, id, rig.now())
  rig.wake()
  await until('nothing is left of it', () => !existsSync(rig.files.session(id)), 100_000)
})

t.test('names that differ in little', async t => {
  const rig = await runnerRig(t)
  const files = [
    ['README', 'upper'],
    ['readme', 'lower'],
    ['Dir/x', 'in Dir'],
    ['dir/x', 'in dir'],
    ['caf\u00e9', 'composed'],
    ['cafe\u0301', 'decomposed'],
    ['-rf', 'an option'],
    ['a b', 'a space'],
    ['.git\u200cignore', 'no .gitignore'],
  ] as const
  const session = await rig.session(await rig.repository(imported(rig, files)))
  t.match(session, { status: 'running', failure_json: null })
  for (const [name, content] of files)
    t.equal(rig.stdout(await rig.run(session, ['cat', `./${name}`])), content, name)
  t.equal(rig.stdout(await rig.run(session, ['git', 'status', '--porcelain'])), '')
})

t.test('names that are not to be written are refused, and nothing of them is', async t => {
  const rig = await runnerRig(t)
  for (const name of ['.git/hooks/post-checkout', '.GIT/config', 'git~1/config', 'a/../../up']) {
    // Git itself would not make such a tree.
    const origin = rig.origin()
    const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: origin, input: 'evil' })
    let id = blob.toString().trim()
    let mode = '100644'
    for (const part of name.split('/').toReversed()) {
      const tree = Buffer.concat([Buffer.from(`${mode} ${part}\0`), Buffer.from(id, 'hex')])
      id = execFileSync('git', ['hash-object', '-t', 'tree', '--literally', '-w', '--stdin'], {
        cwd: origin,
        input: tree,
      })
        .toString()
        .trim()
      mode = '40000'
    }
    const made = git(origin, 'commit-tree', id, '-m', 'evil')
    git(origin, 'update-ref', 'refs/heads/main', made)
    const session = await rig.session(await rig.repository(origin))
    t.match(session, { status: 'failed' }, name)
    t.notOk(existsSync(rig.files.session(session.id)), 'and nothing is left')
  }
})
