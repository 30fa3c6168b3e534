import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { pathWithEnvironment, sessionEnvironment } from '../../../config/session-environment.ts'
import { makeHost, pythonVersion } from './environment-rig.ts'
import { putConda, writeProgram } from './servers/fake-programs.ts'

t.setTimeout(240_000)

/** What conda on PATH makes of an environment. The conda is a stand-in that records its calls. */

t.test('none: nothing is made, and what sessions used is forgotten', async t => {
  const host = makeHost(t, { manager: 'none' })
  mkdirSync(host.path('.artifacts/environments'), { recursive: true })
  writeFileSync(host.path('.artifacts/environments/.current.json'), '{}')
  t.match(await host.prepare(), { outcome: 'none', warnings: { length: 0 } })
  t.notOk(existsSync(host.path('.artifacts/environments/.current.json')))
})

t.test('created by path, with the certificates, once; then nothing is run', async t => {
  const host = makeHost(t, { manager: 'conda' })
  putConda(host.bin)
  const variables = { CONDA_SSL_VERIFY: '/certs.pem', SSL_CERT_FILE: '/certs.pem' }
  const made = await host.prepare({ variables })
  const prefix = host.path('.artifacts/environments/debug-server')
  t.match(made, {
    outcome: 'made',
    warnings: { length: 0 },
    summary: /^debug-server, made by .*\/bin\/conda 24\.1\.2, Python 3/,
  })
  t.same(
    host.calls().map(({ argv }) => argv),
    [['--version'], ['env', 'create', '--prefix', prefix, '--file', host.path('config/environment.yml')]],
  )
  t.match(host.calls()[1]?.variables, { ...variables, CONDA_ALWAYS_YES: 'true' })
  t.match(sessionEnvironment(host.root), {
    manager: 'conda',
    prefix,
    bin: join(prefix, 'bin'),
    python: join(prefix, 'bin/python'),
    version: /^3\./,
  })
  t.equal(pathWithEnvironment(host.root, '/usr/bin'), `${join(prefix, 'bin')}:/usr/bin`)

  const before = statSync(host.path('.artifacts/environments/.current.json')).mtimeMs
  t.match(await host.prepare(), { outcome: 'up_to_date', warnings: { length: 0 } })
  t.equal(host.calls().length, 2, 'not even asked for its version')
  t.equal(statSync(host.path('.artifacts/environments/.current.json')).mtimeMs, before)
})

t.test('updated with --prune when file, tool or Python changed', async t => {
  const host = makeHost(t, { manager: 'conda' })
  const conda = putConda(host.bin)
  const prefix = host.path('.artifacts/environments/debug-server')
  await host.prepare()
  const update = (file: string) => ['env', 'update', '--prefix', prefix, '--file', file, '--prune']
  const file = host.path('config/environment.yml')

  writeFileSync(file, `${readFileSync(file, 'utf8')}  - ripgrep\n`)
  t.match(await host.prepare(), { outcome: 'made' })
  t.same(host.calls().at(-1)?.argv, update(file))

  utimesSync(conda, 1, 1)
  t.match(await host.prepare(), { outcome: 'made' })
  t.same(host.calls().at(-1)?.argv, update(file))
  t.match(await host.prepare(), { outcome: 'up_to_date' })

  const { version } = JSON.parse(readFileSync(join(prefix, '.debug-server.json'), 'utf8'))
  t.equal(version, '24.1.2')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/python=.*/, 'python'))
  await host.prepare()
  const generated = host.path('.artifacts/environments/.generated/environment.yml')
  t.same(host.calls().at(-1)?.argv, update(generated))
  t.match(readFileSync(generated, 'utf8'), new RegExp(`^ {2}- python=${pythonVersion}$`, 'm'))
})

t.test('the version that is asked for is told to the solver, or contradicted', async t => {
  const host = makeHost(t, { manager: 'conda', python_version: '2.7' })
  putConda(host.bin)
  await t.rejects(host.prepare(), {
    name: 'UserError',
    message: new RegExp(
      `environment\\.yml cannot be used: it asks for "python=${pythonVersion}", but .* is 2\\.7`,
    ),
  })
  const file = host.path('config/environment.yml')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/python=.*/, 'python'))
  const { warnings } = await host.prepare()
  t.match(warnings, [/the environment has Python .*, for no 2\.7 is on this host/])
})

t.test('the environment file is missing, or asks for no Python that runs', async t => {
  const host = makeHost(t, { manager: 'conda', conda_environment_file: 'absent.yml' })
  putConda(host.bin)
  await t.rejects(host.prepare(), {
    message: /conda_environment_file is .*absent\.yml, where there is no file/,
  })
  host.configure({ manager: 'conda' })
  host.environment.FAKE_CONDA_QUIT = 'env create'
  await t.rejects(host.prepare(), { message: /conda env create ended well, but .*bin\/python does not run/ })
  delete host.environment.FAKE_CONDA_QUIT
  t.match(await host.prepare(), { outcome: 'made' })
})

t.test("a failure shows conda's own last words, and is not taken for whole", async t => {
  const host = makeHost(t, { manager: 'conda' })
  putConda(host.bin)
  host.environment.FAKE_CONDA_FAIL = 'env create'
  await t.rejects(host.prepare(), {
    name: 'UserError',
    message:
      /conda env create failed with exit code 1\n.*failed\n {2}ResolvePackageNotFound: no-such-package/,
  })
  t.equal(sessionEnvironment(host.root), undefined)
  delete host.environment.FAKE_CONDA_FAIL
  await host.prepare()
  host.environment.FAKE_CONDA_FAIL = 'env update'
  writeFileSync(host.path('config/environment.yml'), 'dependencies:\n  - python\n  - fd\n')
  await t.rejects(host.prepare(), { message: /conda env update failed/ })
  delete host.environment.FAKE_CONDA_FAIL
  t.match(await host.prepare(), { outcome: 'made' })
  t.equal(host.calls().at(-1)?.argv?.[1], 'create', 'made anew, for nobody knows what is in it')
})

t.test('which conda: the command, mamba, micromamba; a path must lead somewhere', async t => {
  const host = makeHost(t, { manager: 'conda' })
  putConda(host.bin, 'micromamba')
  await host.prepare()
  const prefix = host.path('.artifacts/environments/debug-server')
  const file = host.path('config/environment.yml')
  t.match(host.calls(), [
    { name: 'micromamba', argv: ['--version'] },
    {
      argv: ['create', '--yes', '--prefix', prefix, '--file', file],
      variables: { MAMBA_ROOT_PREFIX: host.path('.artifacts/micromamba') },
    },
  ])
  putConda(host.bin, 'mamba')
  await host.prepare()
  t.match(host.calls().at(-1), { name: 'mamba', argv: ['env', 'update'] })
  rmSync(join(host.bin, 'mamba'))
  host.environment.MAMBA_ROOT_PREFIX = '/own'
  await host.prepare()
  t.match(host.calls().at(-1), {
    name: 'micromamba',
    argv: ['env', 'update', '--yes', '--prefix', prefix, '--file', file, '--prune'],
    variables: { MAMBA_ROOT_PREFIX: '/own' },
  })

  const elsewhere = host.path('elsewhere')
  mkdirSync(elsewhere)
  host.configure({ manager: 'conda', conda_command: join(elsewhere, 'conda') })
  await t.rejects(host.prepare(), {
    message: `environment.conda_command is ${join(elsewhere, 'conda')}, where there is no program`,
  })
  putConda(elsewhere)
  await host.prepare()
  t.equal(host.calls().at(-1)?.name, 'conda')
})

t.test('a conda that does not work is named, also where a venv would do', async t => {
  for (const manager of ['conda', 'auto']) {
    const host = makeHost(t, { manager })
    const conda = writeProgram(
      join(host.bin, 'conda'),
      '#!/bin/sh\necho "No module named conda" >&2\nexit 1\n',
    )
    await t.rejects(host.prepare(), {
      name: 'UserError',
      message: `${conda} does not work: --version exits with 1: No module named conda`,
      fix: /environment\.manager = "venv"/,
    })
    writeProgram(conda, '#!/bin/sh\necho hello\n')
    await t.rejects(host.prepare(), { message: /--version names no version: hello/ })
    writeProgram(conda, '#!/no/such/interpreter\n')
    await t.rejects(host.prepare(), { message: /conda does not work/ })
    writeProgram(conda, '#!/bin/sh\nkill -SEGV $$\n')
    await t.rejects(host.prepare(), { message: /--version ends by SIGSEGV/ })
  }
})

t.test('a kill of the work ends conda with it', async t => {
  const host = makeHost(t, { manager: 'conda' })
  putConda(host.bin)
  host.environment.FAKE_CONDA_HANG = 'env create'
  const control = new AbortController()
  const work = host.prepare({
    signal: control.signal,
    log: line => line.includes('Solving') && control.abort(new Error('enough')),
  })
  await t.rejects(work, { message: 'enough' })
  delete host.environment.FAKE_CONDA_HANG
  t.match(await host.prepare(), { outcome: 'made' })
  t.ok(host.log.some(line => /debug-server was not finished: removed/.test(line)))
})

t.test('a shell without conda takes nothing away, until conda itself is gone', async t => {
  const host = makeHost(t, { manager: 'auto' })
  const conda = putConda(host.bin)
  const prefix = host.path('.artifacts/environments/debug-server')
  await host.prepare()
  const calls = host.calls().length
  host.environment.PATH = '/usr/bin:/bin'
  t.match(await host.prepare({ platform: 'plan9' }), { outcome: 'up_to_date', summary: /, made by / })
  t.equal(host.calls().length, calls)
  rmSync(conda)
  t.match(await host.prepare({ platform: 'plan9' }), { outcome: 'made', summary: /, a venv of / })
  t.ok(host.log.some(line => line.startsWith(`${prefix} is made of something else: removed`)))
})

t.test('from a venv to conda, the venv is replaced', async t => {
  const host = makeHost(t, { manager: 'conda' })
  const prefix = host.path('.artifacts/environments/debug-server')
  mkdirSync(join(prefix, 'bin'), { recursive: true })
  writeProgram(join(prefix, 'bin/python'), '#!/bin/sh\n')
  const stamp = {
    manager: 'venv',
    fingerprint: 'x',
    base: '/x',
    python: '3.11.2',
    missing: [],
    instead: true,
  }
  writeFileSync(join(prefix, '.debug-server.json'), JSON.stringify(stamp))
  putConda(host.bin)
  await host.prepare()
  t.equal(host.calls().at(-1)?.argv?.[1], 'create')
  t.ok(host.log.some(line => /is a venv: removed/.test(line)))
})
