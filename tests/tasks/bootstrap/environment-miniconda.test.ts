import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readCertificates, writeCertificates } from '../../../tasks/bootstrap/certificates/certificates.ts'
import { type Host, installerSha256, makeHost, realPython } from './environment-rig.ts'
import { fakeInstaller, putConda, putPythonWithoutVenv, writeProgram } from './servers/fake-programs.ts'
import { authorityFile, type FileServer, type ServedFile, startFileServer } from './servers/file-server.ts'
import { startProxyServer } from './servers/proxy-server.ts'

t.setTimeout(240_000)

/** Miniconda from a server of ours: a small installer that installs a stand-in for conda. */

async function serve(owner: Test, change: Partial<ServedFile> = {}): Promise<FileServer> {
  const server = await startFileServer(owner)
  server.serve('/installer.sh', { body: fakeInstaller, etag: '"1"', ...change })
  server.serve('/installer.sh.sha256', { body: `${installerSha256}  installer.sh\n` })
  return server
}

const hostFor = (
  owner: Test,
  { origin }: Pick<FileServer, 'origin'>,
  manager: string,
  settings: Record<string, string> = {},
): Host => makeHost(owner, { manager, conda_installer_url: `${origin}/installer.sh`, ...settings })

/** Where a venv is made, it is one without pip, which takes no time. */
function hostWithoutPip(owner: Test, server: Pick<FileServer, 'origin'>): Host {
  const host = hostFor(owner, server, 'auto')
  putPythonWithoutVenv(host.bin, realPython)
  return host
}

t.test('downloaded, verified, installed, used; nothing is left of the download', async t => {
  const server = await serve(t)
  const host = hostFor(t, server, 'conda')
  const { summary } = await host.prepare({ variables: { CONDA_SSL_VERIFY: '/certs.pem' } })
  const miniconda = host.path('.artifacts/miniconda3')
  t.match(summary, `${miniconda}/bin/conda 24.1.2`)
  t.match(host.calls(), [
    { installer: miniconda, verify: '/certs.pem' },
    { argv: ['--version'] },
    { argv: ['env', 'create'], variables: { CONDA_SSL_VERIFY: '/certs.pem' } },
  ])
  t.notOk(existsSync(host.path('.artifacts/downloads/miniconda-installer.sh')))
  t.notOk(existsSync(`${miniconda}.unfinished`))
  t.ok(host.log.some(line => line.endsWith('its licence is accepted by -b')))
  const asked = server.asked.length
  t.match(await host.prepare(), { outcome: 'up_to_date' })
  writeFileSync(host.path('config/environment.yml'), 'dependencies:\n  - python\n')
  await host.prepare()
  t.equal(server.asked.length, asked, 'it stays installed')
})

t.test('auto takes Miniconda where its host answers', async t => {
  const server = await serve(t)
  const host = hostFor(t, server, 'auto')
  t.match(await host.prepare(), {
    outcome: 'made',
    summary: /miniconda3\/bin\/conda/,
    warnings: { length: 0 },
  })
  t.equal(server.asked[0]?.method, 'HEAD')
})

t.test('the configured checksum needs no published one', async t => {
  const server = await serve(t)
  const host = hostFor(t, server, 'conda', { conda_installer_sha256: installerSha256.toUpperCase() })
  await host.prepare()
  t.same(
    server.asked.map(({ path }) => path),
    ['/installer.sh'],
  )
})

t.test('a wrong checksum stops everything, for auto as well; nothing was executed', async t => {
  const server = await serve(t)
  const wrong = 'a'.repeat(64)
  for (const manager of ['conda', 'auto']) {
    const host = hostFor(t, server, manager, { conda_installer_sha256: wrong })
    await t.rejects(host.prepare(), {
      name: 'UserError',
      message: new RegExp(`expected ${wrong}, got ${installerSha256}`),
    })
    t.same(host.calls(), [])
    t.notOk(existsSync(host.path('.artifacts/downloads/miniconda-installer.sh')))
    t.notOk(existsSync(host.path('.artifacts/downloads/miniconda-installer.sh.part')))
    t.notOk(existsSync(host.path('.artifacts/miniconda3')))
  }
})

t.test('without any checksum it is refused', async t => {
  const server = await serve(t)
  server.serve('/installer.sh.sha256', { body: '', answers: [{ as: 'status', status: 404 }] })
  const host = hostFor(t, server, 'conda')
  await t.rejects(host.prepare(), {
    message: /installer\.sh is refused, for its SHA-256 is not known: .*\.sha256 answers HTTP 404/,
    fix: /environment\.conda_installer_sha256/,
  })
  t.notOk(
    server.asked.some(({ path }) => path === '/installer.sh'),
    'not even downloaded',
  )
})

t.test('auto does without what cannot be had, and says what is lost', async t => {
  for (const [name, change, reason] of [
    ['not there', { answers: [{ as: 'status', status: 404 }] }, /HTTP 404/],
    ['cut', { answers: [{ as: 'file', cutAfter: 10 }] }, /cut the connection/],
    ['failing', { answers: [{ as: 'status', status: 503 }] }, /HTTP 503/],
  ] as const) {
    const server = await serve(t, { ...change, answers: [...change.answers] })
    const host = hostWithoutPip(t, server)
    const file = host.path('config/environment.yml')
    writeFileSync(file, `${readFileSync(file, 'utf8')}  - ripgrep\n`)
    const { summary, warnings } = await host.prepare()
    t.match(summary, /a venv of/, name)
    t.match(warnings[0], reason)
    t.match(warnings[0], /it lacks what the environment file asks for: ripgrep/)
    t.match(warnings[0], /install conda and run this again/)
  }
})

t.test('unreachable: auto makes a venv, conda fails with the reason', async t => {
  const server = await startFileServer(t)
  server.serve('/installer.sh', { body: '', answers: [{ as: 'silence' }] })
  const auto = hostWithoutPip(t, { ...server, origin: 'https://127.0.0.1:1' })
  t.match((await auto.prepare()).warnings[0], /127\.0\.0\.1:1 cannot be reached/)
  const slow = hostWithoutPip(t, server)
  server.serve('/installer.sh', { body: '', answers: [{ as: 'status', status: 404 }] })
  const untrusting = hostWithoutPip(t, server)
  t.match((await untrusting.prepare({ trusted: () => [] })).warnings[0], /is not trusted/)
  t.match((await slow.prepare({ reachMs: 1 })).warnings[0], /no answer within 0\.001 s/)
  const conda = hostFor(t, { ...server, origin: 'https://127.0.0.1:1' }, 'conda')
  await t.rejects(conda.prepare(), { name: 'UserError', message: /127\.0\.0\.1:1 cannot be reached/ })
})

t.test('once a venv was made in its place, no server is asked again', async t => {
  const server = await startFileServer(t)
  const host = hostWithoutPip(t, server)
  await host.prepare()
  const asked = server.asked.length
  t.match(await host.prepare(), { outcome: 'up_to_date', summary: /a venv/ })
  t.equal(server.asked.length, asked)
  putConda(host.bin)
  t.match(await host.prepare(), { outcome: 'made', summary: /conda 24/ }, 'a conda that appears is used')
})

t.test("through a proxy with credentials, trusting the user's authority", async t => {
  const server = await serve(t)
  const proxy = await startProxyServer(t, { user: 'me', password: 's3cret' })
  const host = hostFor(t, server, 'conda')
  host.environment.https_proxy = `http://me:s3cret@${proxy.host}`
  host.environment.SSL_CERT_FILE = authorityFile
  const certificates = readCertificates(host.root, host.environment)
  await writeCertificates(certificates)
  await host.prepare({ variables: certificates.variables, trusted: certificates.trusted })
  t.ok(proxy.tunnels.length > 0 && proxy.tunnels.every(({ allowed }) => allowed))
  t.equal(host.calls()[0]?.verify, host.path('.artifacts/certs/ca-bundle.pem'), 'the installer trusts it too')
  t.notMatch(host.log.join('\n'), /s3cret|BEGIN CERTIFICATE/)
})

t.test('an installer that fails says so, and the next run begins anew', async t => {
  const server = await serve(t)
  const host = hostFor(t, server, 'conda')
  host.environment.FAKE_INSTALLER_FAIL = '1'
  await t.rejects(host.prepare(), {
    name: 'UserError',
    message:
      /the Miniconda installer failed with exit code 1\n.*unpacking payload \.\.\.\n {2}installer: no room/,
  })
  t.ok(existsSync(host.path('.artifacts/miniconda3.unfinished')))
  const asked = server.asked.length
  delete host.environment.FAKE_INSTALLER_FAIL
  t.match(await host.prepare(), { outcome: 'made' })
  t.equal(server.asked.length, asked + 1, 'the checksum alone is asked for: the installer was whole')
  t.ok(
    host.log.some(line => /miniconda3 holds an installation that was not finished: it is removed/.test(line)),
  )
})

t.test('one that is broken by now is installed anew', async t => {
  const server = await serve(t)
  const host = hostFor(t, server, 'conda')
  await host.prepare()
  writeProgram(host.path('.artifacts/miniconda3/bin/conda'), '#!/bin/sh\nexit 3\n')
  t.match(await host.prepare(), { outcome: 'made' })
  t.ok(host.log.some(line => /conda does not work \(--version exits with 3\); it is removed/.test(line)))
})

t.test("what is not ours stays: a conda of the user's is used, anything else refused", async t => {
  const server = await serve(t)
  const host = hostFor(t, server, 'conda', { conda_install_path: 'mine/conda' })
  const mine = host.path('mine/conda')
  mkdirSync(join(mine, 'bin'), { recursive: true })
  writeFileSync(join(mine, 'letters'), 'precious')
  await t.rejects(host.prepare(), {
    message: `environment.conda_install_path is ${mine}, which holds something else`,
  })
  putConda(join(mine, 'bin'))
  t.match(await host.prepare(), { summary: new RegExp(`${mine}/bin/conda`) })
  t.equal(server.asked.length, 0)
  writeProgram(join(mine, 'bin/conda'), '#!/bin/sh\nexit 3\n')
  await t.rejects(host.prepare(), { message: /mine\/conda\/bin\/conda does not work/ })
  t.equal(readFileSync(join(mine, 'letters'), 'utf8'), 'precious')
})

t.test('http to another host is refused, and so is a path with spaces', async t => {
  const server = await serve(t)
  for (const manager of ['conda', 'auto']) {
    const host = makeHost(t, { manager, conda_installer_url: 'http://example.org/installer.sh' })
    await t.rejects(host.prepare(), { name: 'UserError', message: /http is for this host alone/ })
  }
  const spaced = hostFor(t, server, 'conda', { conda_install_path: 'with space/conda' })
  await t.rejects(spaced.prepare(), { message: /cannot be installed into a path with spaces/ })
  t.equal(server.asked.length, 0)
})
