import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { bootstrapSettings } from '../../../config/settings.ts'
import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { inspectEnvironment } from '../../../tasks/bootstrap/environment/inspect-environment.ts'
import { runLong } from '../../../tasks/bootstrap/environment/long-command.ts'
import type { Finding } from '../../../tasks/check/finding.ts'
import { type Host, makeBench, makeHost, realPython } from './environment-rig.ts'
import { putConda, putPythonWithoutVenv, writeProgram } from './servers/fake-programs.ts'

/** What the check says of an environment. Whatever it finds, it writes nothing. */
async function inspect(t: Test, host: Host): Promise<Finding[]> {
  const before = contents(host.root)
  await using scope = new ProcessScope()
  const { exec, signal } = makeBench(host.root, host.environment, scope, [])
  const settings = bootstrapSettings(host.root, host.environment).values
  const findings = await inspectEnvironment(host.root, settings, host.environment, exec, signal)
  t.same(contents(host.root), before, 'nothing is written')
  return findings
}

/** Names and times of all that is there, but what Python caches. */
const contents = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.parentPath.includes('__pycache__') && entry.name !== '__pycache__')
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => `${join(parentPath, name)} ${statSync(join(parentPath, name)).mtimeMs}`)
    .sort()

t.test('not made yet: what bootstrap would do', async t => {
  const host = makeHost(t, { manager: 'none' })
  t.same(await inspect(t, host), [{ what: 'environment', verdict: 'ok', detail: 'none is asked for' }])

  host.configure({ manager: 'auto' })
  const [download] = await inspect(t, host)
  t.match(download, { verdict: 'warning', fix: 'npx task bootstrap' })
  t.match(
    download?.detail,
    /not made yet; bootstrap would install Miniconda from repo\.anaconda\.com, or make a venv/,
  )

  const conda = putConda(host.bin)
  t.match((await inspect(t, host))[0]?.detail, `bootstrap would make it with ${conda} 24.1.2`)
  writeProgram(conda, '#!/bin/sh\nexit 9\n')
  t.match(await inspect(t, host), [
    { verdict: 'failed', detail: `${conda} does not work: --version exits with 9` },
  ])
  rmSync(conda)

  host.configure({ manager: 'venv' })
  t.match((await inspect(t, host))[0]?.detail, /bootstrap would make a venv with Python 3/)
  putPythonWithoutVenv(host.bin, realPython)
  t.match(await inspect(t, host), [{ verdict: 'failed', detail: /has no ensurepip/, fix: /python3-venv/ }])
  host.configure({ manager: 'conda', conda_command: '/absent/conda' })
  t.match(await inspect(t, host), [
    { verdict: 'failed', detail: /\/absent\/conda, where there is no program/ },
  ])
  host.configure({ manager: 'conda', conda_install_path: 'with space' })
  t.match(await inspect(t, host), [{ verdict: 'failed', detail: /a path with spaces/ }])
})

t.test('made: whole, up to date and running, or what is wrong', async t => {
  const host = makeHost(t, { manager: 'conda' })
  const conda = putConda(host.bin)
  await host.prepare()
  t.match(await inspect(t, host), [
    { what: 'environment', verdict: 'ok', detail: /^debug-server, made by / },
    { what: 'python', verdict: 'ok', detail: /^3\./ },
    { what: 'debugpy', verdict: 'ok' },
  ])
  const prefix = host.path('.artifacts/environments/debug-server')

  rmSync(host.path('.artifacts/environments/.current.json'))
  t.match(await inspect(t, host), [{ verdict: 'warning', detail: /not yet that of sessions/ }, {}, {}])
  writeFileSync(host.path('config/environment.yml'), 'dependencies:\n  - python\n')
  t.match(await inspect(t, host), [
    { verdict: 'warning', detail: /: out of date/, fix: 'npx task bootstrap' },
    {},
    {},
  ])
  const spoiled: [string, RegExp][] = [
    ['dependencies:\n  - python=2.7\n', /environment\.yml cannot be used: it asks for "python=2\.7"/],
    ['nothing', /environment\.yml cannot be used: it has no list of dependencies/],
  ]
  for (const [text, detail] of spoiled) {
    writeFileSync(host.path('config/environment.yml'), text)
    t.match(await inspect(t, host), [{ verdict: 'failed', detail }], 'what bootstrap would fail with')
  }
  rmSync(host.path('config/environment.yml'))
  t.match(await inspect(t, host), [{ verdict: 'failed', detail: /where there is no file/ }])
  writeFileSync(host.path('config/environment.yml'), 'dependencies:\n  - python\n')
  rmSync(join(prefix, 'lib'), { recursive: true })
  t.match((await inspect(t, host))[2], {
    what: 'debugpy',
    verdict: 'warning',
    fix: `${prefix}/bin/python -m pip install debugpy`,
  })
  chmodSync(join(prefix, 'bin/python'), 0o644)
  t.match(await inspect(t, host), [{ verdict: 'failed', detail: /bin\/python does not run/ }])
  rmSync(join(prefix, '.debug-server.json'))
  t.match(await inspect(t, host), [
    { verdict: 'warning', detail: /it was not finished; bootstrap would make it with/ },
  ])
  t.ok(conda)
})

t.test('a venv in the place of conda, of another Python than asked for', async t => {
  const host = makeHost(t, { manager: 'auto' })
  putPythonWithoutVenv(host.bin, realPython)
  await host.prepare({ platform: 'plan9' })
  t.match(await inspect(t, host), [
    { verdict: 'ok', detail: /, in the place of conda$/ },
    { verdict: 'ok' },
    {},
  ])
  host.configure({ manager: 'auto', python_version: '3.99' })
  t.match((await inspect(t, host))[1], {
    what: 'python',
    verdict: 'warning',
    detail: /, but environment\.python_version is 3\.99/,
  })
})

t.test('a long command: two deadlines, its last words, and nothing left of it', async t => {
  const host = makeHost(t, { manager: 'none' })
  mkdirSync(host.path('out'))
  await using scope = new ProcessScope({ graceMs: 200 })
  const bench = makeBench(host.root, host.environment, scope, host.log)
  const run = (script: string, change: { deadlineMs?: number; silenceMs?: number } = {}) =>
    runLong(bench, {
      what: 'the work',
      file: '/bin/sh',
      args: ['-c', script],
      env: {},
      deadlineMs: 20_000,
      silenceMs: 20_000,
      ...change,
    })
  await run('printf "one\\ntwo"')
  t.same(host.log, ['one', 'two'])
  await t.rejects(run('echo so far; sleep 100', { silenceMs: 300 }), {
    name: 'UserError',
    message: 'the work said nothing for 0.3 s\n  so far',
  })
  await t.rejects(run('while :; do echo on; sleep 0.05; done', { deadlineMs: 400 }), {
    message: /^the work did not end within 0\.4 s\n {2}on/,
  })
  await t.rejects(run('echo out; echo err >&2; exit 7'), { message: /^the work failed with exit code 7\n/ })
  await t.rejects(run('kill -KILL $$'), { message: 'the work was ended by SIGKILL' })
  await run('sleep 100 & echo started')
  t.same(await scope.survivors(), [], 'what it started and left has ended with it')
  await t.rejects(
    runLong(bench, {
      what: 'nothing',
      file: '/no/such/program',
      args: [],
      env: {},
      deadlineMs: 1_000,
      silenceMs: 1_000,
    }),
    { name: 'UserError', message: /^nothing cannot be started: .*ENOENT/ },
  )
})
