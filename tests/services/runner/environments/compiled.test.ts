import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { findExecutable } from '../../../../services/runner/commands/find-executable.ts'
import { inheritedByCommands, toolchainsOf } from '../../../../services/runner/host-environment.ts'
import { until } from '../../../until.ts'
import { type RunnerRig, runnerRig, type SessionOptions, type Tree, write } from '../rig.ts'

t.setTimeout(300_000)

const path = process.env.PATH ?? ''
const skip = async (name: string) => {
  const found = await findExecutable(name, path, '/')
  return found.found ? false : found.message
}

/** As the runner of a server has it: rustup's cargo finds its toolchains by that. */
const inherit = inheritedByCommands(process.env)

/** A directory that is gone when the test ends. */
function directoryFor(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'compiled-'))
  t.teardown(() => {
    execFileSync('chmod', ['-R', 'u+w', directory])
    rmSync(directory, { recursive: true, force: true })
  })
  return directory
}

async function start(rig: RunnerRig, files: Tree, options: SessionOptions) {
  const id = await rig.createSession(await rig.repository(files), options)
  const session = await until('it to settle', () => rig.settled(id).catch(() => undefined), 200_000)
  if (session.status !== 'running') throw new Error(session.failure_json ?? session.status)
  return session
}

/** Compiling takes longer than other commands do. */
async function runs(rig: RunnerRig, session: { id: Parameters<RunnerRig['run']>[0]['id'] }, line: string) {
  const id = await rig.queue(session, line)
  const row = await until('it to end', () => rig.ended(id).catch(() => undefined), 200_000)
  if (row.status !== 'succeeded') throw new Error(rig.stderr(row))
  return rig.stdout(row)
}

t.test(
  'go builds from the modules that go.sum names, without network',
  { skip: await skip('go') },
  async t => {
    const directory = directoryFor(t)
    const folder = join(directory, 'proxy/example.org/answers/@v')
    mkdirSync(folder, { recursive: true })
    const goMod = 'module example.org/answers\n\ngo 1.19\n'
    write(directory, {
      'proxy/example.org/answers/@v/list': 'v1.0.0\n',
      'proxy/example.org/answers/@v/v1.0.0.info': '{"Version":"v1.0.0","Time":"2026-01-02T03:04:05Z"}',
      'proxy/example.org/answers/@v/v1.0.0.mod': goMod,
      'example.org/answers@v1.0.0/go.mod': goMod,
      'example.org/answers@v1.0.0/answers.go': 'package answers\n\nconst Answer = 42\n',
    })
    // Without entries for directories, which make it invalid.
    const zip = 'import sys, zipfile; [zipfile.ZipFile(sys.argv[1], "a").write(f) for f in sys.argv[2:]]'
    const sources = ['go.mod', 'answers.go'].map(file => `example.org/answers@v1.0.0/${file}`)
    execFileSync('python3', ['-c', zip, join(folder, 'v1.0.0.zip'), ...sources], { cwd: directory })
    const proxy = {
      GOPROXY: `file://${join(directory, 'proxy')}`,
      GONOSUMDB: 'example.org/*',
      GOFLAGS: '-mod=mod',
    }
    const files: Tree = {
      'go.mod': 'module example.org/app\n\ngo 1.19\n\nrequire example.org/answers v1.0.0\n',
      'main.go': 'package main\n\nimport "example.org/answers"\n\nfunc main() { println(answers.Answer) }\n',
    }
    const project = join(directory, 'project')
    write(project, files)
    const env = { PATH: path, HOME: directory, ...proxy }
    execFileSync('go', ['mod', 'download', 'example.org/answers'], { cwd: project, env, stdio: 'pipe' })
    const sum = readFileSync(join(project, 'go.sum'))

    const rig = await runnerRig(t)
    const options: SessionOptions = { environment: ['auto'], secrets: proxy }
    const session = await start(rig, { ...files, 'go.sum': sum }, options)
    t.equal(await runs(rig, session, 'GOPROXY=off go run . 2>&1'), '42\n')
  },
)

t.test('cargo builds from the crates that Cargo.lock names', { skip: await skip('cargo') }, async t => {
  const directory = directoryFor(t)
  write(directory, {
    'answers-1.0.0/Cargo.toml': '[package]\nname = "answers"\nversion = "1.0.0"\nedition = "2021"\n',
    'answers-1.0.0/src/lib.rs': 'pub const ANSWER: i32 = 42;\n',
  })
  const registry = join(directory, 'registry')
  mkdirSync(join(registry, 'index/an/sw'), { recursive: true })
  const crate = execFileSync('tar', ['-czf', '-', '-C', directory, 'answers-1.0.0'])
  writeFileSync(join(registry, 'answers-1.0.0.crate'), crate)
  const cksum = createHash('sha256').update(crate).digest('hex')
  const entry = { name: 'answers', vers: '1.0.0', deps: [], cksum, features: {}, yanked: false }
  writeFileSync(join(registry, 'index/an/sw/answers'), `${JSON.stringify(entry)}\n`)
  const files: Tree = {
    '.cargo/config.toml': `[source.crates-io]\nreplace-with = "local"\n\n[source.local]\nlocal-registry = "${registry}"\n`,
    'Cargo.toml': '[workspace]\nmembers = ["app"]\n',
    'app/Cargo.toml':
      '[package]\nname = "app"\nversion = "1.0.0"\nedition = "2021"\n\n[dependencies]\nanswers = "1.0.0"\n',
    'app/src/main.rs': 'fn main() { println!("{}", answers::ANSWER); }\n',
    '.gitignore': 'target/\n',
  }
  const project = join(directory, 'project')
  write(project, files)
  const env = { PATH: path, HOME: directory, ...inherit }
  execFileSync('cargo', ['generate-lockfile'], { cwd: project, env, stdio: 'pipe' })
  const lock = readFileSync(join(project, 'Cargo.lock'))

  // As `main.ts` has it: of the home, which is hidden, what cargo needs is shown.
  const visible = [directory, ...toolchainsOf(inherit)]
  const sandbox = { mode: 'auto', own: [], visible, home: homedir() } as const
  const rig = await runnerRig(t, { inherit, sandbox })
  const session = await start(rig, { ...files, 'Cargo.lock': lock }, { environment: ['cargo'] })
  const unpacked = await runs(rig, session, 'ls "$CARGO_HOME"/registry/src/*/answers-1.0.0/src')
  t.equal(unpacked, 'lib.rs\n')
  t.equal(await runs(rig, session, 'cargo run --quiet --offline'), '42\n')
})
