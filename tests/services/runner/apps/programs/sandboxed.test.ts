import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { bubblewrapOptions } from '../../../../../services/runner/sandbox/bubblewrap-options.ts'
import { findSandbox } from '../../../../../services/runner/sandbox/sandbox.ts'
import { until } from '../../../../until.ts'
import { mainOf } from './rig.ts'
import { TerminalViewer } from './terminal/viewer.ts'

const sandbox = await findSandbox('auto', process.env.PATH ?? '')
if (sandbox.kind === 'none' && process.env.CI === 'true') throw new Error(sandbox.reason)
const skip = sandbox.kind === 'none' ? sandbox.reason : false
const root = resolve(import.meta.dirname, '../../../../..')

/** All that has to be seen of this project where its apps run. */
const seen = ['services/runner/apps/programs', 'lib', 'node_modules', 'package.json'].map(name =>
  join(root, name),
)

/** Starts a program in a sandbox that has nothing of the project but that, and no network. */
async function started(name: 'files' | 'terminal') {
  if (sandbox.kind === 'none') throw new Error(sandbox.reason)
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'sandboxed-')))
  const [worktree, temporary] = [join(place, 'worktree'), join(place, 'tmp')]
  for (const directory of [worktree, temporary]) mkdirSync(directory)
  writeFileSync(join(worktree, 'hello'), 'from inside')
  writeFileSync(join(place, 'secret'), 'of the host')
  const socket = join(worktree, 'app.sock')
  const options = bubblewrapOptions({
    ...{ hidden: [root, place], masked: [], visible: [...seen, process.execPath], links: [] },
    ...{ writable: [worktree, temporary], temporary, directory: worktree, network: false },
  })
  const words = [process.execPath, mainOf(name), '--socket', socket]
  const child = spawn(sandbox.program, [...options, '--', ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => {
      said += piece
    })
  const exited = new Promise(done => child.once('exit', done))
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exited
    rmSync(place, { recursive: true, force: true })
  })
  const ask = (path: string) =>
    new Promise<string>((done, failed) => {
      request({ socketPath: socket, path, agent: false }, response => done(text(response)))
        .on('error', failed)
        .end()
    })
  await until(`${name} listens`, async () => {
    if (child.exitCode !== null) throw new Error(said)
    return ask('/').then(
      () => true,
      () => false,
    )
  })
  return { socket, ask, place }
}

t.test('files, in a sandbox', { skip }, async t => {
  const { ask, place } = await started('files')
  t.equal(await ask('/file?path=hello'), 'from inside')
  t.match(await ask(`/file?path=..${place}/secret`), 'PATH_TRAVERSAL')
})

t.test('a terminal, in a sandbox', { skip }, async t => {
  const { socket, place } = await started('terminal')
  const viewer = await TerminalViewer.open(socket)
  viewer.type('cat hello; echo; tty; cat ../secret; jobs; stty size\r')
  await viewer.sees('from inside')
  await viewer.sees('/dev/pts/')
  await viewer.sees('24 80')
  t.notMatch(viewer.output, 'of the host', `${place} is not seen`)
  // What says so has the terminal already: a Ctrl+C while bash hands it over is heard by nobody.
  viewer.type('sh -c \'echo sle""eping; exec sleep 100\'\r')
  await viewer.sees('sleeping\r\n')
  viewer.type('\x03')
  viewer.type('echo sta""tus $?\r')
  await viewer.sees('status 130')
  viewer.type('exit 4\r')
  t.same(await viewer.ends(), { code: 1000, reason: 'exited with 4' })
})
