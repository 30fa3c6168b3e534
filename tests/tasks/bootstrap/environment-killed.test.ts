import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { sessionEnvironment } from '../../../config/session-environment.ts'
import { environmentReader, processTable } from '../../../lib/processes/process-table.ts'
import { until } from '../../until.ts'
import { type Host, hasVenv, installerSha256, makeHost, realPython } from './environment-rig.ts'
import { fakeInstaller, putConda } from './servers/fake-programs.ts'
import { type FileServer, startFileServer } from './servers/file-server.ts'

/** Killed with SIGKILL at each step: the next run completes, and ends what was left at work. */
t.setTimeout(260_000)

function start(owner: Test, host: Host): { child: ChildProcess; gone: Promise<void> } {
  const words = [join(import.meta.dirname, 'environment-worker.ts'), host.root]
  const child = spawn(process.execPath, [...process.execArgv, ...words], {
    env: host.environment,
    stdio: 'ignore',
  })
  const gone = new Promise<void>(done => child.once('exit', () => done()))
  owner.teardown(() => child.kill('SIGKILL'))
  return { child, gone }
}

async function killedWhen(owner: Test, host: Host, what: string, fact: () => boolean): Promise<void> {
  const { child, gone } = start(owner, host)
  await until(what, fact)
  child.kill('SIGKILL')
  await gone
}

/** Processes that bear this host's record of calls in their environment. */
function left(host: Host): number[] {
  const read = environmentReader()
  return processTable()
    .entries.filter(({ pid, zombie }) => !zombie && pid !== process.pid)
    .map(({ pid }) => pid)
    .filter(pid => read(pid, 'FAKE_CONDA_LOG') === host.environment.FAKE_CONDA_LOG)
}

async function serve(owner: Test): Promise<FileServer> {
  const server = await startFileServer(owner)
  server.serve('/installer.sh', { body: fakeInstaller, etag: '"1"' })
  server.serve('/installer.sh.sha256', { body: installerSha256 })
  return server
}

const hostFor = (owner: Test, { origin }: FileServer): Host =>
  makeHost(owner, { manager: 'conda', conda_installer_url: `${origin}/installer.sh` })

const hanging = (host: Host, call: string) => () => host.calls().some(({ hanging }) => hanging === call)

async function completes(t: Test, host: Host): Promise<void> {
  t.equal(sessionEnvironment(host.root), undefined, 'nothing is taken for whole')
  t.match(await host.prepare(), { outcome: 'made', warnings: { length: 0 } })
  t.match(sessionEnvironment(host.root), { manager: 'conda' })
  t.same(left(host), [], 'nothing is left at work')
  t.match(await host.prepare(), { outcome: 'up_to_date' })
}

t.test('while a server is asked, and in the middle of the download', async t => {
  const server = await serve(t)
  const host = hostFor(t, server)
  server.serve('/installer.sh.sha256', { body: '', answers: [{ as: 'silence' }] })
  await killedWhen(t, host, 'the checksum is asked for', () => server.asked.length > 0)
  server.serve('/installer.sh.sha256', { body: installerSha256 })
  server.serve('/installer.sh', {
    body: fakeInstaller,
    etag: '"1"',
    answers: [{ as: 'file', stallAfter: 200 }],
  })
  const part = host.path('.artifacts/downloads/miniconda-installer.sh.part')
  await killedWhen(t, host, 'a part has arrived', () => existsSync(part) && statSync(part).size === 200)
  server.serve('/installer.sh', { body: fakeInstaller, etag: '"1"' })
  await completes(t, host)
  t.ok(server.asked.some(({ headers }) => headers.range === 'bytes=200-'))
})

t.test('in the installer, and before what it installed is stamped', async t => {
  const server = await serve(t)
  const host = hostFor(t, server)
  host.environment.FAKE_INSTALLER_HANG = '1'
  await killedWhen(t, host, 'the installer is half-way', hanging(host, 'installer'))
  t.ok(existsSync(host.path('.artifacts/miniconda3/pkgs')))
  t.ok(left(host).length > 0, 'it outlives who started it')
  delete host.environment.FAKE_INSTALLER_HANG
  host.environment.FAKE_CONDA_HANG = '--version'
  await killedWhen(t, host, 'conda is asked for its version', () =>
    host.calls().some(({ argv }) => argv !== undefined),
  )
  t.ok(existsSync(host.path('.artifacts/miniconda3/bin/conda')))
  delete host.environment.FAKE_CONDA_HANG
  await completes(t, host)
  t.ok(host.log.some(line => /^ended \d+ processes that a bootstrap left/.test(line)))
})

t.test('in env create and in env update', async t => {
  const host = makeHost(t, { manager: 'conda' })
  putConda(host.bin)
  host.environment.FAKE_CONDA_HANG = 'env create'
  await killedWhen(t, host, 'it is half-way', hanging(host, 'env create'))
  delete host.environment.FAKE_CONDA_HANG
  await completes(t, host)
  writeFileSync(host.path('config/environment.yml'), 'dependencies:\n  - python\n  - fd\n')
  host.environment.FAKE_CONDA_HANG = 'env update'
  await killedWhen(t, host, 'it is half-way', hanging(host, 'env update'))
  delete host.environment.FAKE_CONDA_HANG
  t.match(await host.prepare(), { outcome: 'made' })
  t.equal(host.calls().at(-1)?.argv?.[1], 'create')
  t.same(left(host), [])
})

t.test('a venv while pip is at work', { skip: !hasVenv && `${realPython} has no ensurepip` }, async t => {
  const server = await startFileServer(t, { secure: false })
  server.serve('/simple/debugpy/', { body: '', answers: [{ as: 'silence' }] })
  const host = makeHost(t, { manager: 'venv' })
  delete host.environment.PIP_NO_INDEX
  host.environment.PIP_INDEX_URL = `${server.origin}/simple`
  await killedWhen(t, host, 'pip asks the index', () => server.asked.length > 0)
  t.ok(existsSync(host.path('.artifacts/environments/debug-server/bin/python')))
  t.equal(sessionEnvironment(host.root), undefined)
  host.environment.PIP_NO_INDEX = '1'
  t.match(await host.prepare(), { outcome: 'made' })
  t.same(left(host), [])
})

t.test('at moments that nobody chose', async t => {
  const server = await serve(t)
  const host = hostFor(t, server)
  for (let kill = 0; kill < 8; kill++) {
    const { child, gone } = start(t, host)
    await Promise.race([delay(200 + Math.random() * 700), gone])
    child.kill('SIGKILL')
    await gone
  }
  await host.prepare()
  t.match(sessionEnvironment(host.root), { manager: 'conda' })
  t.match(await host.prepare(), { outcome: 'up_to_date' })
  t.same(left(host), [])
})
