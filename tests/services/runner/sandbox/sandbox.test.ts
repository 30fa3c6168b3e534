import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { bubblewrapOptions } from '../../../../services/runner/sandbox/bubblewrap-options.ts'
import { hostView } from '../../../../services/runner/sandbox/host-view.ts'
import { openOptions, withOptions } from '../../../../services/runner/sandbox/open-options.ts'
import { enclosed, findSandbox } from '../../../../services/runner/sandbox/sandbox.ts'
import { listen } from '../../proxy/rig.ts'

const path = process.env.PATH ?? ''
t.setTimeout(260_000)
const sandbox = await findSandbox('auto', path)
if (sandbox.kind === 'none') {
  if (process.env.CI === 'true') throw new Error(sandbox.reason)
  t.comment(sandbox.reason)
}
const skip = sandbox.kind === 'none' ? sandbox.reason : false

/** A session's directories beside another's and beside a store, and a way to run programs there. */
function place(t: Test, { network = true } = {}) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'sandbox-')))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  const at = (...names: string[]) => join(root, ...names)
  for (const name of ['one/worktree', 'one/home', 'one/tmp', 'two/worktree', 'objects'])
    mkdirSync(at('data', name), { recursive: true })
  writeFileSync(at('data', 'store.db'), 'the store')
  writeFileSync(at('data', 'objects', 'pack'), 'an object')
  writeFileSync(at('data', 'two', 'worktree', 'file'), 'of another')
  mkdirSync(at('home', '.local', 'bin'), { recursive: true })
  writeFileSync(at('home', '.ssh'), 'a key')
  writeFileSync(at('home', '.local', 'secret'), 'a key')
  writeFileSync(at('home', '.local', 'bin', 'tool'), '#!/bin/sh\necho of the home\n', { mode: 0o755 })
  const along = `${at('home', '.local', 'bin')}:${path}`
  writeFileSync(at('token'), 'a secret')
  mkdirSync(at('shared', 'modules'), { recursive: true })
  writeFileSync(at('shared', 'modules', 'one'), 'a module')
  mkdirSync(at('home', 'clone'))
  symlinkSync(at('shared', 'modules'), at('home', 'clone', 'modules'))
  const places = {
    own: [at('data'), at('token')],
    visible: [at('data', 'objects'), at('home', 'clone', 'modules')],
    path: along,
    home: at('home'),
  }
  const host = hostView(places)
  const worktree = at('data', 'one', 'worktree')
  const run = (...words: string[]) => {
    if (sandbox.kind === 'none') throw new Error(sandbox.reason)
    const view = {
      ...host,
      writable: [worktree, at('data', 'one', 'home'), at('data', 'one', 'tmp')],
      temporary: at('data', 'one', 'tmp'),
      directory: worktree,
      network,
    }
    const inside = {
      words,
      environment: { PATH: along, HOME: at('home'), SECRET: 'in the options', EMPTY: '' },
    }
    const {
      words: [program = '', ...rest],
      environment,
      options,
    } = enclosed(sandbox.program, view, inside, {})
    using open = openOptions(at('data'), options)
    const { status, stdout, stderr } = spawnSync(program, rest, {
      env: environment,
      stdio: withOptions(['ignore', 'pipe', 'pipe'], open),
      encoding: 'utf8',
      timeout: 20_000,
    })
    return { status, stdout, stderr }
  }
  return { at, worktree, run, sh: (line: string) => run('/bin/sh', '-c', line) }
}

t.test(
  'the worktree is where it was and can be written, all else of the server is not there',
  { skip },
  async t => {
    const { at, worktree, sh } = place(t)
    t.equal(sh('pwd; echo changed > file; cat file').stdout, `${worktree}\nchanged\n`)
    t.equal(readFileSync(join(worktree, 'file'), 'utf8'), 'changed\n')
    t.equal(sh(`ls ${at('data')}`).stdout, 'objects\none\n', 'neither the store nor another session')
    t.equal(sh(`ls ${at('data', 'one')}`).stdout, 'home\ntmp\nworktree\n')
    t.equal(sh(`cat ${at('data', 'objects', 'pack')}`).stdout, 'an object')
    t.not(sh(`echo x > ${at('data', 'objects', 'pack')}`).status, 0)
    t.not(sh(`echo x > ${at('data', 'new')}`).status, null)
    t.notOk(existsSync(at('data', 'new')))
    t.not(sh('echo x > /usr/here').status, 0)
    t.equal(
      sh('ls -A "$HOME" "$HOME/.local"').stdout,
      `${at('home')}:\n.local\nclone\n\n${at('home', '.local')}:\nbin\n`,
    )
    t.equal(sh('cat "$HOME/clone/modules/one"').stdout, 'a module', 'by the name that it is known by')
    t.equal(sh(`ls ${at('shared')}`).stdout, 'modules\n')
    t.equal(sh('tool').stdout, 'of the home\n', 'programs of the home on PATH stay')
    t.equal(sh(`cat ${at('token')}`).stdout, '')
    t.equal(sh('cat /etc/shadow').stdout, '')
  },
)

t.test(
  'its variables are its own, those of who starts it are not there, and nobody else sees them',
  { skip },
  async t => {
    const { sh } = place(t)
    const { stdout } = sh('env; echo "fds $(echo /proc/self/fd/*)"; tr "\\0" " " < /proc/1/cmdline')
    t.match(stdout, /^SECRET=in the options$/m)
    t.match(stdout, /^EMPTY=$/m)
    t.notMatch(stdout, /NODE|npm_|TAP/)
    t.notMatch(stdout, /^fds .*\/fd\/6( |$)/m, 'the options are closed')
    t.equal(stdout.match(/in the options/g)?.length, 1, 'its value stands among no words')
  },
)

t.test('what is empty can hold nothing, for no limit would count it', { skip }, async t => {
  const { at, sh } = place(t)
  for (const path of ['/home/x', '/run/x', '/dev/x', `${at('data')}/x`])
    t.not(sh(`echo x > ${path}`).status, 0, path)
  t.equal(sh('echo x > /dev/null && echo y > /dev/shm/y && cat /dev/shm/y').stdout, 'y\n')
  t.not(sh('head -c 100000000 /dev/zero > /dev/shm/much').status, 0)
})

t.test(
  'temporary files are its own; where the data lies below /tmp, nothing is there but that',
  { skip },
  async t => {
    const { at, sh } = place(t)
    t.equal(sh('echo mine > /var/tmp/file; cat /var/tmp/file').stdout, 'mine\n')
    t.equal(readFileSync(at('data', 'one', 'tmp', 'file'), 'utf8'), 'mine\n')
    t.not(sh('echo mine > /tmp/file').status, 0)
    const view = { hidden: [], masked: [], visible: [], links: [], directory: '/', network: true }
    const options = (data: string) =>
      bubblewrapOptions({ ...view, writable: [`${data}/worktree`], temporary: `${data}/tmp` }).join(' ')
    t.match(options('/srv'), '--bind /srv/tmp /tmp --bind /srv/tmp /var/tmp')
    t.match(options('/tmp/d'), /--tmpfs \/tmp --bind \/tmp\/d\/tmp \/var\/tmp .*--remount-ro \/tmp/)
  },
)

t.test('nothing of the host can be reached by its processes, memory or names', { skip }, async t => {
  const { sh } = place(t, { network: false })
  for (const kind of ['pid', 'ipc', 'uts', 'net', 'mnt']) {
    const inside = sh(`readlink /proc/self/ns/${kind}`).stdout.trim()
    t.match(inside, /^\w+:\[\d+\]$/)
    t.not(inside, readlinkSync(`/proc/self/ns/${kind}`), kind)
  }
})

t.test('no setting of the kernel can be changed, by root either', { skip }, async t => {
  const { sh } = place(t)
  // Each is opened alone, and nothing is written.
  const opened =
    sh(`for setting in /proc/sys/kernel/core_pattern $(find /proc/sys /sys -maxdepth 5 -type f -perm -200); do
    true 2>/dev/null >>"$setting" && echo "$setting"
  done; echo end`)
  t.equal(opened.stdout, 'end\n')
  t.match(sh('cat /proc/sys/kernel/pid_max').stdout, /^\d+\n$/, 'they can be read')
})

t.test('it sees no process but its own, and none outlives it', { skip }, async t => {
  const { at, sh } = place(t)
  // A time that nobody else sleeps for.
  const mark = `sleep 1000.${process.pid}`
  const seen = sh(`ls /proc | grep -c "^[0-9]"; ${mark} & echo $! > /var/tmp/pid`)
  t.ok(Number(seen.stdout) < 8, seen.stdout)
  t.ok(existsSync(at('data', 'one', 'tmp', 'pid')))
  const running = spawnSync('pgrep', ['-f', `^${mark}$`], { encoding: 'utf8' }).stdout
  t.equal(running, '')
})

t.test('no capability is left, and none is to be had', { skip }, async t => {
  const { sh } = place(t)
  t.match(sh('grep CapEff /proc/self/status').stdout, /CapEff:\s+0{16}/)
  t.not(sh('mount -t tmpfs none /mnt').status, 0)
  t.not(sh('umount /tmp').status, 0)
})

t.test('exit codes and signals come through', { skip }, async t => {
  const { run, sh } = place(t)
  t.equal(sh('exit 7').status, 7)
  t.equal(sh('kill -9 $$').status, 137)
  t.match(run('no-such-program'), { stderr: /no-such-program/ })
  t.equal(run('printf', '%s|', '--cap-add', 'ALL', '').stdout, '--cap-add|ALL||', 'words are never options')
})

t.test('the network is shared, or is not there', { skip }, async t => {
  const server = createServer()
  const port = await listen(server)
  t.teardown(() => server.close())
  const dial = `python3 -c "import socket; s = socket.create_connection(('127.0.0.1', ${port}), 2); print('in')"`
  // Its answer is written by this process, which waits for it: to be connected is enough.
  t.equal(place(t).sh(dial).stdout, 'in\n')
  const apart = place(t, { network: false }).sh(dial)
  t.equal(apart.stdout, '')
  t.match(apart.stderr, /refused|unreachable/)
})

t.test('what is not there is said', async t => {
  t.same(await findSandbox('none', path), { kind: 'none', reason: 'it is switched off' })
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  t.same(await findSandbox('auto', directory), { kind: 'none', reason: 'bubblewrap is not installed' })
  const fake = join(directory, 'bwrap')
  writeFileSync(fake, '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n', {
    mode: 0o755,
  })
  t.same(await findSandbox('auto', directory), {
    kind: 'none',
    reason: 'bubblewrap does not work here: bwrap: No permissions to create new namespace',
  })
})
