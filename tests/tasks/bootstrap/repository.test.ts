import { chownSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { branchesOf, defaultBranchFault, missingBranch } from '../../../tasks/bootstrap/default-branch.ts'
import { complaint } from '../../../tasks/bootstrap/git.ts'
import { describeLock } from '../../../tasks/bootstrap/git-locks.ts'
import { redactUrls } from '../../../tasks/bootstrap/redact-url.ts'
import { verifyCheckout } from '../../../tasks/bootstrap/repository.ts'
import { directory, git, gitMaker, repository } from './place.ts'

const now = Date.parse('2026-01-01T12:00:00Z')

t.test('a work tree passes, with or without a commit', async t => {
  const root = directory(t)
  const verify = (path: string) => verifyCheckout(root, path, gitMaker(t), now, 'main')
  git(root, 'init', '-q', 'empty')
  const none = { remotes: [], locks: [] }
  t.same(await verify('empty'), { directory: join(root, 'empty'), commit: null, hasBranch: false, ...none })
  repository(join(root, 'one'))
  const commit = git(join(root, 'one'), 'rev-parse', 'HEAD').trim()
  git(join(root, 'one'), 'remote', 'add', 'o', 'git://127.0.0.1:1/x')
  t.same(await verify('one'), {
    directory: join(root, 'one'),
    commit,
    remotes: ['o'],
    hasBranch: true,
    locks: [],
  })
  git(join(root, 'one'), 'worktree', 'add', '-q', '../two')
  t.match(await verify('two'), { commit, locks: [] }, 'one that shares another repository does as well')
})

t.test('the branch is seen on the way where it is here or on a remote, by its whole name alone', async t => {
  const root = repository(directory(t), 'a/main')
  const has = async (branch: string) => (await verifyCheckout(root, '.', gitMaker(t), now, branch)).hasBranch
  git(root, 'branch', 'fixed-1.x')
  git(root, 'update-ref', 'refs/remotes/origin/stable', 'HEAD')
  git(root, 'update-ref', 'refs/remotes/origin/b/old', 'HEAD')
  for (const branch of ['a/main', 'fixed-1.x', 'stable', 'b/old']) t.equal(await has(branch), true, branch)
  for (const branch of ['main', 'a', 'old', 'b', 'stabl', '*', 'a/*n', 'fixed-1.'])
    t.equal(await has(branch), false, branch)
})

t.test('anything else is refused by name, with what it is', async t => {
  const root = directory(t)
  repository(join(root, 'one'))
  mkdirSync(join(root, 'one/below'))
  git(root, 'init', '-q', '--bare', 'bare.git')
  writeFileSync(join(root, 'file'), '')
  mkdirSync(join(root, 'plain'))
  repository(join(root, 'damaged'))
  writeFileSync(join(root, 'damaged/.git/HEAD'), 'nonsense\n')
  const faults: [string, RegExp][] = [
    ['missing', /repository\.path is missing: there is no .*missing/],
    ['file/below', /there is no .*file\/below/],
    ['file', /repository\.path is file: .* is no directory/],
    ['plain', /repository\.path is plain: .* is no git work tree: not a git repository/],
    ['bare.git', /repository\.path is bare\.git: .* is a bare repository/],
    ['one/.git', /is no git work tree, but inside a \.git directory/],
    ['one/below', /is only a directory in a git work tree, below\/ below its top/],
    ['damaged', /repository\.path is damaged: .* is no git work tree/],
  ]
  for (const [path, message] of faults)
    await t.rejects(
      verifyCheckout(root, path, gitMaker(t), now, 'main'),
      { name: 'UserError', message, fix: /clone the project with git, or set repository\.path/ },
      path,
    )
})

t.test(
  'a checkout of another user, as in a container, is told as that',
  { skip: process.getuid?.() !== 0 && 'only root may give files away' },
  async t => {
    const root = repository(directory(t))
    for (const path of [root, join(root, '.git')]) chownSync(path, 65_534, 65_534)
    await t.rejects(verifyCheckout(root, '.', gitMaker(t), now, 'main'), {
      name: 'UserError',
      message: /belongs to another user/,
      fix: `if you trust what is in it: git config --global --add safe.directory '${root}'`,
    })
  },
)

t.test('lock files that were left are named with their age and the fix, and stay', async t => {
  const root = repository(directory(t))
  git(root, 'worktree', 'add', '-q', join(root, 'tree'))
  const own = join(root, '.git/worktrees/tree/index.lock')
  const common = join(root, '.git/shallow.lock')
  for (const [path, minutes] of [
    [own, 1],
    [common, 180],
  ] as const) {
    writeFileSync(path, '')
    utimesSync(path, now / 1000 - minutes * 60, now / 1000 - minutes * 60)
  }
  const { locks } = await verifyCheckout(root, 'tree', gitMaker(t), now, 'main')
  t.same(locks, [
    { path: own, ageSeconds: 60 },
    { path: common, ageSeconds: 10_800 },
  ])
  t.same(locks.map(describeLock), [
    {
      detail: `${own} is there, 60 seconds old: git will not touch what it locks`,
      fix: `if no git is running in that repository: rm '${own}'`,
    },
    {
      detail: `${common} is there, 3 hours old: git will not touch what it locks`,
      fix: `if no git is running in that repository: rm '${common}'`,
    },
  ])
  t.ok(readdirSync(join(root, '.git')).includes('shallow.lock'))
})

t.test(
  'the default branch is one here or on a remote; otherwise what is there is told, the likely one first',
  async t => {
    const root = repository(directory(t), 'master')
    const maker = gitMaker(t)
    t.equal(await defaultBranchFault(maker(root), 'master'), undefined)
    git(root, 'update-ref', 'refs/remotes/origin/stable', 'HEAD')
    t.equal(await defaultBranchFault(maker(root), 'stable'), undefined)
    git(root, 'branch', 'release/1')
    t.equal(await defaultBranchFault(maker(root), 'release/1'), undefined)
    for (const other of ['release', '*'])
      t.match(await defaultBranchFault(maker(root), other), /neither here/)
    git(root, 'branch', '-D', 'release/1')
    t.match(
      await defaultBranchFault(maker(root), 'mastr'),
      /default_branch is mastr, a branch neither here nor on a remote; there are: master, stable$/,
    )
    t.same(branchesOf('refs/heads/a/b\nrefs/remotes/o/HEAD\nrefs/remotes/o/a/b\nrefs/remotes/o/c\n'), [
      'a/b',
      'c',
    ])
    t.match(missingBranch('x', []), /there is no branch at all$/)
    t.match(missingBranch('x', ['a', 'b', 'c', 'd', 'e', 'f', 'g']), /there are: a, b, c, d, e and 2 more$/)
  },
)

t.test('what is shown of URLs holds no credential', async t => {
  const texts: [string, string][] = [
    ['fatal: https://me:s3cret@host/x', 'fatal: https://***@host/x'],
    ["'https://me:p@ss@host/x.git/'", "'https://***@host/x.git/'"],
    [
      "'https://me:s3/cr/et@host/x.git/': URL using bad format",
      "'https://***@host/x.git/': URL using bad format",
    ],
    ['unable to look up me:s3/cret@host (port 9418)', 'unable to look up ***@host (port 9418)'],
    ['https://host/x?access_token=s3cret', 'https://host/x?***'],
    ['ssh://git@host/x and git@host:x', 'ssh://***@host/x and git@host:x'],
    ['nothing at all', 'nothing at all'],
  ]
  for (const [text, shown] of texts) t.equal(redactUrls(text), shown)
  t.equal(complaint('From x\nfatal: cannot reach it\nhint: y\n'), 'cannot reach it')
  t.equal(complaint('\n'), 'git said nothing')
})
