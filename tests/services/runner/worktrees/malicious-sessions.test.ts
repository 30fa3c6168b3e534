import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { allWorktrees, worktreeOf } from '../../../../services/store/worktrees.ts'
import { git, type RunnerRig, runnerRig } from '../rig.ts'
import { contentsOf, freshClone, giveBack } from './pool-rig.ts'

t.setTimeout(400_000)

const tree = {
  'a.txt': 'aaaa\n',
  'run.sh': '#!/bin/sh\n',
  'dir/b.txt': 'bbbb\n',
  'dir/below/c.txt': 'cccc\n',
  'other/d.txt': 'dddd\n',
  '.gitignore': 'ignored/\n',
}

/** What sessions do to their worktree; `$OUT` is a directory outside of it with one file, `kept`. */
const attacks: Record<string, string> = {
  'hooks and configuration that run programs': `
    mkdir -p .git/hooks; printf '#!/bin/sh\\ntouch "$OUT/ran"\\n' > .git/hooks/post-checkout
    chmod +x .git/hooks/post-checkout; cp .git/hooks/post-checkout .git/hooks/post-index-change
    git config core.fsmonitor "$PWD/.git/hooks/post-checkout"; git config filter.x.smudge 'touch "$OUT/ran"; cat'
    git config core.hooksPath .git/hooks; mkdir -p .git/info; echo '* filter=x' > .git/info/attributes`,
  'a work tree that is elsewhere, and configuration from elsewhere': `
    git config core.worktree "$OUT"; git config include.path "$OUT/kept"
    mkdir .git/info; echo '*' > .git/info/exclude; touch hidden`,
  'an index that is not to be looked at': `
    git update-index --assume-unchanged a.txt; git update-index --skip-worktree dir/b.txt
    echo evil > a.txt; echo evil > dir/b.txt; rm other/d.txt; git rm -q --cached other/d.txt`,
  'contents of the same size with the time set back': `
    for f in a.txt dir/b.txt; do touch -r $f "$OUT/time"; printf 'evil\\n' > $f; touch -r "$OUT/time" $f; done
    git update-index --refresh || true`,
  'a file of the same name, moved in with all its times': `
    cp -p a.txt "$OUT/a"; printf 'evil\\n' > "$OUT/a"; touch -r a.txt "$OUT/a"; mv "$OUT/a" a.txt`,
  'objects from elsewhere': `
    echo "$OUT" > .git/objects/info/alternates; rm -rf .git/refs; echo junk > .git/packed-refs`,
  'a repository within the repository': `
    git init -q dir/nested; touch dir/nested/f; git -C dir/nested add f
    git -C dir/nested -c user.name=x -c user.email=x@x commit -qm x; git init -q ignored/deep`,
  '.git as a file': `rm -rf .git; echo "gitdir: $OUT" > .git`,
  '.git as a link': `mv .git "$OUT/git"; ln -s "$OUT/git" .git`,
  'directories that are links': `
    rm -rf dir other; ln -s "$OUT" dir; ln -s "$OUT" other`,
  'a directory in the place of a file, and the other way round': `
    rm a.txt; mkdir -p a.txt/x; touch a.txt/x/y; rm -r dir; echo file > dir`,
  'directories without permissions': `
    mkdir -p ignored/shut/deep; touch ignored/shut/deep/f; chmod 000 ignored/shut/deep ignored/shut dir`,
  'pipes, sockets and devices': `
    rm a.txt; mkfifo a.txt pipe dir/pipe
    python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('sock')"; rm run.sh; ln -s /dev/zero run.sh`,
  'names that are no text': `
    touch "$(printf 'n\\377\\n\\tame')"; mkdir "$(printf 'd\\376')"; touch "$(printf 'd\\376/f')" ./-rf ./--`,
  'modes and attributes of directories': `
    chmod 2777 dir dir/below .; python3 -c "import os; os.setxattr('dir', 'user.note', b'x')" || true
    chmod 600 other/d.txt`,
  'hard links to and from elsewhere': `
    ln a.txt "$OUT/link"; ln -f "$OUT/kept" dir/b.txt; ln dir/below/c.txt again`,
  'a lock on the index': `touch .git/index.lock .git/HEAD.lock`,
}

async function rigWithOutside(t: Test) {
  const rig = await runnerRig(t, { worktrees: { keep: 100, totalBytes: 0 } })
  const outside = (name: string) => {
    const directory = join(rig.root, name)
    mkdirSync(directory)
    writeFileSync(join(directory, 'kept'), '[user]\n\tname = kept\n')
    return directory
  }
  return { rig, outside }
}

t.test('whatever a session does to its worktree, the next one finds a fresh clone', async t => {
  const { rig, outside } = await rigWithOutside(t)
  const repository = await rig.repository(tree)
  const revision = git(repository.directory, 'rev-parse', 'HEAD')
  const attacked = []
  for (const [name, script] of Object.entries(attacks)) {
    const session = await rig.session(repository, { revision })
    const worktree = (await worktreeOf(rig.store, session.id))?.id
    const out = outside(`outside-${worktree}`)
    const config = readFileSync(join(rig.files.worktree(session.id), '.git', 'config'), 'utf8')
    const done = await rig.run(session, script, { environment: { OUT: out } })
    t.equal(done.exit_code, 0, `${name}: ${rig.stderr(done)}`)
    attacked.push({ name, session, worktree, out, inOut: readdirSync(out), config })
  }
  await giveBack(rig, ...attacked.map(({ session }) => session.id))
  const expected = freshClone(rig, repository.directory, revision)
  for (const { name, out, inOut, config } of attacked) {
    t.same(readdirSync(out), inOut, `${name}: nothing ran, and nothing elsewhere was touched`)
    t.match(readFileSync(join(out, 'kept'), 'utf8'), /kept/)
    const session = await rig.session(repository, { revision })
    const worktree = (await worktreeOf(rig.store, session.id))?.id
    const former = attacked.find(one => one.worktree === worktree)?.name
    t.not(former, undefined, 'it is of the pool')
    const place = rig.files.worktree(session.id)
    t.equal(contentsOf(place), expected, `after ${former}`)
    t.equal(git(place, 'status', '--porcelain', '--ignored'), '')
    t.equal(git(place, 'ls-files', '-v').replaceAll(/^H .*\n?/gm, ''), '', 'no entry of the index is special')
    t.equal(readFileSync(join(place, '.git', 'config'), 'utf8'), config)
    t.same(readdirSync(join(place, '.git')).sort(), gitFiles, `.git after ${former}`)
  }
})

/** What a session finds in `.git`. */
const gitFiles = ['HEAD', 'config', 'index', 'objects', 'packed-refs', 'refs']

t.test('100,000 files that are ignored are gone', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository(tree)
  const session = await rig.session(repository)
  const expected = contentsOf(rig.files.worktree(session.id))
  const script = `
import os
for d in range(100):
    os.makedirs(f'ignored/{d}')
    for f in range(1000): os.mknod(f'ignored/{d}/{f}')
`
  t.match(await rig.run(session, ['python3', '-c', script]), { exit_code: 0 })
  await giveBack(rig, session.id)
  const [warm] = await allWorktrees(rig.store)
  t.match(warm, { status: 'warm' })
  t.equal(contentsOf(warm === undefined ? '' : rig.files.checkout(warm.id)), expected)
})

/** Gives a session back, whose worktree is to be good for nobody. */
async function isThrownAway(t: Test, rig: RunnerRig, attack: string, out = '') {
  const repository = await rig.repository(tree)
  const session = await rig.session(repository)
  const done = await rig.run(session, attack, { environment: { OUT: out } })
  t.equal(done.exit_code, 0, rig.stderr(done))
  await giveBack(rig, session.id)
  t.same(await allWorktrees(rig.store), [])
  t.match(await rig.session(repository), { status: 'running' })
}

t.test('a worktree that is a link by now is thrown away, and what it leads to is left alone', async t => {
  const { rig, outside } = await rigWithOutside(t)
  const out = outside('outside')
  await isThrownAway(t, rig, 'cd ..; rm -rf worktree; ln -s "$OUT" worktree', out)
  t.same(readdirSync(out), ['kept'])
})

t.test('a worktree that is gone is gone', async t => {
  await isThrownAway(t, await runnerRig(t), 'rm -rf "$PWD"')
})

t.test('a worktree that some process works in is thrown away', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository(tree))
  // Not one that the runner would find and end: it bears no mark.
  const child = spawn('sleep', ['600'], { cwd: join(rig.files.worktree(session.id), 'dir'), stdio: 'ignore' })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  await giveBack(rig, session.id)
  t.same(await allWorktrees(rig.store), [])
  t.equal(child.exitCode, null, 'and it is none of ours')
})
