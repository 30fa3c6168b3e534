import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { identify, isAlive } from '../../lib/processes/identity.ts'
import { until } from '../until.ts'
import { createPlace, oldNode, Running, root } from './cli-rig.ts'

t.setTimeout(240_000)

/** Stands in for npm: writes down its calls, and then does what the file `behave` says, as shell text. */
const npm = `#!/bin/sh
echo "$*" >> calls
. ./behave
`
/** What a real installation leaves. */
const installs = `mkdir -p node_modules/left
cp recorded.json node_modules/.package-lock.json`

/** A fresh clone of a package with our launcher, whose \`main.ts\` only says that it ran. */
function createClone(t: { teardown(end: () => void): void }, behave = installs) {
  const place = createPlace(t)
  const files = [
    'tasks/cli.mjs',
    'tasks/install.mjs',
    'tasks/install-lock.mjs',
    'tasks/launch.mjs',
    'lib/hand-over.mjs',
    'lib/compile-cache.mjs',
  ]
  for (const file of files) {
    cpSync(join(root, file), join(place.path, file))
  }
  place.write('tasks/main.ts', `console.log('ran', ...process.argv.slice(2))`)
  place.write('package.json', '{ "name": "clone", "type": "module", "bin": { "task": "tasks/cli.mjs" } }')
  chmodSync(place.write('bin/npm', npm), 0o755)
  place.write('behave', behave)
  writeLock('1.0.0')
  function writeLock(version: string) {
    const packages = {
      '': {},
      'node_modules/left': { version },
      'node_modules/other-system': { version, optional: true },
      [`node_modules/node-${process.platform}-${process.arch}`]: { version, optional: true },
    }
    place.write('package-lock.json', JSON.stringify({ packages }))
    place.write('recorded.json', JSON.stringify({ packages: { 'node_modules/left': { version } } }))
  }
  const bin = join(place.path, 'bin')
  const env = { PATH: `${bin}:${process.env.PATH}` }
  const cli = join(place.path, 'tasks/cli.mjs')
  const startWith = (node: readonly string[], args: readonly string[]) =>
    new Running(process.execPath, [...node, cli, ...args], { cwd: place.path, env })
  const start = (...args: string[]) => startWith([], args)
  const outcomeOf = async (running: Running) => ({
    code: await running.end(),
    stdout: running.stdout,
    stderr: running.stderr,
  })
  return {
    ...place,
    writeLock,
    start,
    calls: () =>
      existsSync(join(place.path, 'calls'))
        ? readFileSync(join(place.path, 'calls'), 'utf8').split('\n').length - 1
        : 0,
    run: (...args: string[]) => outcomeOf(start(...args)),
    /** By a Node that is too old. */
    runOld: (...args: string[]) => outcomeOf(startWith(oldNode(place), args)),
  }
}

t.test('the first run installs, says so, and runs', async t => {
  const clone = createClone(t)
  const { code, stdout, stderr } = await clone.run('a', 'b')
  t.equal(stderr, 'Installing dependencies (first run) …\nDependencies installed in 0 s\n')
  t.equal(stdout, 'ran a b\n')
  t.equal(code, 0)
  t.match(
    readFileSync(join(clone.path, 'calls'), 'utf8'),
    /^ci --include=dev --include=optional --ignore-scripts .*--loglevel=error/,
  )
  t.same(await clone.run(), { code: 0, stdout: 'ran\n', stderr: '' }, 'the second is silent')
  t.equal(clone.calls(), 1)
  t.notOk(existsSync(join(clone.path, '.artifacts/install.lock')))
})

t.test('a changed lock file installs again, a touched one does not', async t => {
  const clone = createClone(t)
  await clone.run()
  utimesSync(join(clone.path, 'package-lock.json'), 1, 1)
  t.match(await clone.run(), { stderr: '' })
  t.equal(clone.calls(), 1)
  clone.writeLock('2.0.0')
  t.match(await clone.run(), {
    code: 0,
    stderr: /^Installing dependencies \(package-lock.json has changed\) …/,
  })
  t.match(await clone.run(), { stderr: '' })
  t.equal(clone.calls(), 2)
})

t.test('an installation by hand is recognised, a stale one is not', async t => {
  const clone = createClone(t)
  mkdirSync(join(clone.path, 'node_modules'))
  cpSync(join(clone.path, 'recorded.json'), join(clone.path, 'node_modules/.package-lock.json'))
  t.same(await clone.run(), { code: 0, stdout: 'ran\n', stderr: '' })
  clone.writeLock('3.0.0')
  await clone.run()
  t.equal(clone.calls(), 1)
})

t.test(
  'a Node that npm has left out though this one is too old: said with its fix, and the next run tries again',
  async t => {
    const clone = createClone(t)
    mkdirSync(join(clone.path, 'node_modules'))
    cpSync(join(clone.path, 'recorded.json'), join(clone.path, 'node_modules/.package-lock.json'))
    const leftOut =
      /npm has left out node-\w+-\w+, without which Node 20\.0\.0 is too old.*\n {2}does the registry have it/
    for (let i = 1; i <= 2; i++) {
      t.match(await clone.runOld(), { code: 1, stdout: '', stderr: leftOut })
      t.equal(clone.calls(), i, 'by hand as well')
    }
    clone.write(
      'behave',
      `${installs}\nmkdir -p node_modules/.bin; ln -s '${process.execPath}' node_modules/.bin/node`,
    )
    t.match(await clone.runOld('a'), { code: 0, stdout: 'ran a\n' })
    t.same(await clone.runOld(), { code: 0, stdout: 'ran\n', stderr: '' })
    t.equal(clone.calls(), 3)
  },
)

t.test('no lock file: nothing to install', async t => {
  const clone = createClone(t)
  rmSync(join(clone.path, 'package-lock.json'))
  t.same(await clone.run(), { code: 0, stdout: 'ran\n', stderr: '' })
})

const failures: { name: string; behave: string; stderr: RegExp }[] = [
  {
    name: 'without network',
    behave: 'echo "npm error code ENOTFOUND registry" >&2; exit 1',
    stderr:
      /npm error code ENOTFOUND registry\nThe dependencies could not be installed: npm ci exited with code 1\n {2}check the network/,
  },
  {
    name: 'on a full disk',
    behave: 'echo "npm error ENOSPC" >&2; exit 228',
    stderr: /code 228\n {2}the disk is full/,
  },
  { name: 'out of sync', behave: 'echo "npm error code EUSAGE"; exit 1', stderr: /run "npm install"/ },
  {
    name: 'half way',
    behave: `${installs}; rm node_modules/.package-lock.json; exit 1`,
    stderr: /exited with code 1/,
  },
  { name: 'by a signal', behave: 'kill -9 $$', stderr: /npm ci was ended by SIGKILL/ },
  { name: 'with nothing installed', behave: 'exit 0', stderr: /npm installed nothing/ },
]
for (const { name, behave, stderr } of failures) {
  t.test(
    `an installation that fails ${name}: said with its fix, nothing runs, and the next run tries again`,
    async t => {
      const clone = createClone(t, behave)
      for (let i = 1; i <= 2; i++) {
        t.match(await clone.run(), { code: 1, stdout: '', stderr })
        t.equal(clone.calls(), i)
      }
      clone.write('behave', installs)
      t.match(await clone.run(), { code: 0, stdout: 'ran\n' })
    },
  )
}

/** What npm says of packages that the lock file lacks. */
const refuses = (...complaints: string[]) => `case $1 in ci)
cat >&2 <<'END'
npm error code EUSAGE
npm error \`npm ci\` can only install packages when your package.json and package-lock.json are in sync.
npm error
${complaints.map(line => `npm error ${line}`).join('\n')}
npm error
npm error Clean install a project
npm error
npm error Usage:
END
exit 1
esac
${installs}`

t.test('a lock file that disagrees with package.json is refused', async t => {
  const disagreements = [
    ['Missing: added@1.0.0 from lock file'],
    ["Invalid: lock file's left@1.0.0 does not satisfy left@2.0.0"],
  ]
  for (const complaints of disagreements) {
    const clone = createClone(t, refuses(...complaints))
    const { code, stderr } = await clone.run()
    t.equal(code, 1)
    t.equal(clone.calls(), 1)
    t.match(
      stderr,
      `${complaints.at(-1)}\nThe dependencies could not be installed: npm ci exited with code 1\n`,
    )
    t.match(stderr, /disagree: run "npm install"/)
  }
})

t.test('the programs of the package are linked where npx looks first', async t => {
  const clone = createClone(t)
  t.equal((await clone.run()).code, 0)
  const link = join(clone.path, 'node_modules/.bin/task')
  t.equal(realpathSync(link), realpathSync(join(clone.path, 'tasks/cli.mjs')))
  const { stdout } = spawnSync(process.execPath, [link, 'hello'], { encoding: 'utf8' })
  t.equal(stdout, 'ran hello\n')
})

t.test('npm is not there', async t => {
  const clone = createClone(t)
  const running = new Running(process.execPath, [join(clone.path, 'tasks/cli.mjs')], {
    cwd: clone.path,
    env: { PATH: '/nowhere' },
  })
  t.equal(await running.end(), 1)
  t.match(running.stderr, /could not be installed: npm is not found\n {2}is npm installed, and on PATH\?/)
})

t.test('a directory that cannot be written', async t => {
  const clone = createClone(t)
  clone.write('.artifacts', 'a file where the directory should be')
  t.match(await clone.run(), {
    code: 1,
    stderr: /are not installed, and .* cannot be written: [\s\S]*as its owner/,
  })
  t.equal(clone.calls(), 0)
})

/** Holds the installation until the test lets it go on. */
const held = `echo $$ > pid
while [ ! -e go ]; do sleep 0.02; done
${installs}`

t.test('several first runs at once install once', async t => {
  const clone = createClone(t, held)
  const runs = [clone.start('1'), clone.start('2'), clone.start('3')]
  await until(
    'two that wait',
    () => runs.filter(run => /^Waiting for process \d+, which/.test(run.stderr)).length === 2,
  )
  clone.write('go', '')
  for (const run of runs) t.equal(await run.end(), 0)
  t.same(runs.map(run => run.stdout).sort(), ['ran 1\n', 'ran 2\n', 'ran 3\n'])
  t.equal(clone.calls(), 1)
})

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  t.test(`${signal} ends npm with all it started, and the next run installs`, async t => {
    const clone = createClone(t, `sleep 300 & ${held}`)
    const running = clone.start()
    const pid = await until('npm', () =>
      Number(existsSync(join(clone.path, 'pid')) && readFileSync(join(clone.path, 'pid'))),
    )
    const identity = identify(pid)
    running.child.kill(signal)
    t.equal(await running.end(), code)
    t.notOk(identity && isAlive(identity))
    clone.write('go', '')
    t.match(await clone.run(), { code: 0, stderr: /^Installing/ })
  })
}

t.test('the lock of one that was killed is taken over, once its npm has ended too', async t => {
  const clone = createClone(t, held)
  const killed = clone.start()
  await until('npm', () => existsSync(join(clone.path, 'pid')))
  await until(
    'the lock names npm',
    () => readFileSync(join(clone.path, '.artifacts/install.lock'), 'utf8').match(/"pid"/g)?.length === 2,
  )
  killed.child.kill('SIGKILL')
  await killed.end()
  const runs = [clone.start(), clone.start(), clone.start()]
  for (const run of runs) await run.shows(/^Waiting for process/)
  clone.write('go', '')
  for (const run of runs) t.equal(await run.end(), 0)
  // The npm that outlived its launcher may have finished the work; if not, exactly one of the three did it.
  t.ok(clone.calls() <= 2)
})

t.test('a lock whose holder has died, or that is damaged', async t => {
  for (const text of [
    '{"token":"old","holders":[{"pid":1073741824,"start":"1"}]}',
    '',
    'not json',
    `{"token":"reused","holders":[{"pid":${process.pid},"start":"1"}]}`,
  ]) {
    const clone = createClone(t)
    clone.write('.artifacts/install.lock', text)
    t.match(await clone.run(), { code: 0, stdout: 'ran\n' }, JSON.stringify(text))
  }
})

t.test('a clone that cannot keep the stamp works without', async t => {
  const clone = createClone(t)
  await clone.run()
  const stamp = join(clone.path, 'node_modules/.task-install.json')
  t.ok(statSync(stamp).isFile())
  rmSync(stamp)
  mkdirSync(stamp)
  t.match(await clone.run(), { code: 0, stdout: 'ran\n', stderr: '' })
  t.equal(clone.calls(), 1)
})
