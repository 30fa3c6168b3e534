import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sessionEnvironment } from '../../../config/session-environment.ts'
import { readCertificates, writeCertificates } from '../../../tasks/bootstrap/certificates/certificates.ts'
import { hasVenv, makeHost, pythonVersion, realPython } from './environment-rig.ts'
import { putPythonWithoutVenv, writeProgram } from './servers/fake-programs.ts'
import { authorityFile, startFileServer } from './servers/file-server.ts'

/** Real venvs of the real python3. Making one with pip takes seconds, on a busy machine many. */
t.setTimeout(260_000)

const real = { skip: !hasVenv && `${realPython} has no ensurepip` }

/** A wheel that is as much of debugpy as a test needs. */
function wheel(directory: string): Buffer {
  const file = join(directory, 'debugpy-0.0.1-py3-none-any.whl')
  execFileSync(realPython, [
    '-c',
    `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as z:
  z.writestr('debugpy/__init__.py', '')
  z.writestr('debugpy-0.0.1.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: debugpy\\nVersion: 0.0.1\\n')
  z.writestr('debugpy-0.0.1.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
  z.writestr('debugpy-0.0.1.dist-info/RECORD', 'debugpy/__init__.py,,\\ndebugpy-0.0.1.dist-info/METADATA,,\\ndebugpy-0.0.1.dist-info/WHEEL,,\\ndebugpy-0.0.1.dist-info/RECORD,,\\n')`,
    file,
  ])
  return readFileSync(file)
}

t.test(
  "a venv with debugpy from the user's index, whose authority pip is told; then nothing to do",
  real,
  async t => {
    const server = await startFileServer(t)
    const host = makeHost(t, { manager: 'venv' })
    server.serve('/simple/debugpy/', { body: '<a href="/debugpy-0.0.1-py3-none-any.whl">debugpy</a>' })
    server.serve('/debugpy-0.0.1-py3-none-any.whl', { body: wheel(host.bin) })
    delete host.environment.PIP_NO_INDEX
    host.environment.PIP_INDEX_URL = `${server.origin}/simple`
    host.environment.CODEX_PROXY_CERT = authorityFile
    const certificates = readCertificates(host.root, host.environment)
    await writeCertificates(certificates)

    const prefix = host.path('.artifacts/environments/debug-server')
    const made = await host.prepare({ variables: certificates.variables })
    t.match(made, { outcome: 'made', summary: /^debug-server, a venv of / })
    t.same(made.warnings, [])
    const python = join(prefix, 'bin/python')
    t.match(
      execFileSync(python, ['-c', 'import debugpy, sys; print(sys.prefix)'], { encoding: 'utf8' }),
      prefix,
    )
    t.match(sessionEnvironment(host.root), { manager: 'venv', prefix })
    const asked = server.asked.length
    t.match(await host.prepare(), { outcome: 'up_to_date' })
    t.equal(server.asked.length, asked)

    writeFileSync(join(prefix, 'bin/mine'), '')
    rmSync(join(prefix, '.debug-server.json'))
    t.match(await host.prepare({ variables: certificates.variables }), { outcome: 'made' })
    t.notOk(existsSync(join(prefix, 'bin/mine')), 'without its stamp it is made anew')
  },
)

t.test('debugpy that cannot be had is reported by name, until it is there', real, async t => {
  const host = makeHost(t, { manager: 'venv' })
  const { outcome, warnings } = await host.prepare()
  t.equal(outcome, 'made')
  const python = host.path('.artifacts/environments/debug-server/bin/python')
  t.ok(
    warnings[0]?.startsWith(
      `not installed in the environment: debugpy; run: ${python} -m pip install debugpy`,
    ),
  )
  t.ok(host.log.some(line => /debugpy could not be installed: No matching distribution/.test(line)))
  t.match(await host.prepare(), { outcome: 'up_to_date', warnings: { length: 1 } })
  const packages = host.path(`.artifacts/environments/debug-server/lib/python${pythonVersion}/site-packages`)
  mkdirSync(join(packages, 'debugpy'))
  writeFileSync(join(packages, 'debugpy/__init__.py'), '')
  t.same((await host.prepare()).warnings, [], 'installed by hand')
})

t.test("Debian's python3 without venv: the package is named; auto makes a venv without pip", async t => {
  const host = makeHost(t, { manager: 'venv' })
  putPythonWithoutVenv(host.bin, realPython)
  await t.rejects(host.prepare(), {
    name: 'UserError',
    message: /python3\.\d+ \(Python 3\.\d+\.\d+\) cannot make a venv: it has no ensurepip/,
    fix: `install python3-venv (or python${pythonVersion}-venv), for example: apt-get install python3-venv`,
  })
  t.notOk(existsSync(host.path('.artifacts/environments/debug-server')))
  host.configure({ manager: 'auto' })
  const { warnings } = await host.prepare({ platform: 'plan9' })
  t.match(warnings, [
    /conda is not on PATH, and cannot be installed: no Miniconda installer is known for plan9/,
    /the venv has no pip, .*; install python3-venv/,
    /not installed in the environment: debugpy/,
  ])
})

t.test('no python3, and one of another version', async t => {
  const host = makeHost(t, { manager: 'venv' })
  const empty = host.path('empty')
  mkdirSync(empty)
  host.environment.PATH = empty
  await t.rejects(host.prepare(), {
    message: 'there is no python3 on PATH to make a venv with',
    fix: /apt-get install python3 python3-venv/,
  })
  // A shim without a Python behind it is as good as none.
  host.environment.PATH = `${empty}:${host.bin}:/usr/bin:/bin`
  writeProgram(join(empty, 'python3'), '#!/bin/sh\necho "pyenv: python3: command not found" >&2\nexit 127\n')
  host.configure({ manager: 'auto', python_version: '3.99' })
  await t.rejects(host.prepare({ platform: 'plan9' }), { message: /there is no python3/ })
  rmSync(join(empty, 'python3'))
  putPythonWithoutVenv(host.bin, realPython)
  const { warnings } = await host.prepare({ platform: 'plan9' })
  t.ok(warnings.some(line => /has Python 3\.\S+, for no 3\.99 is on this host/.test(line)))
})

t.test('a base Python that is gone makes it out of date', async t => {
  const host = makeHost(t, { manager: 'auto' })
  putPythonWithoutVenv(host.bin, realPython)
  const plan9 = { platform: 'plan9' }
  await host.prepare(plan9)
  const prefix = host.path('.artifacts/environments/debug-server')
  renameSync(join(prefix, 'bin/python'), join(prefix, 'bin/old'))
  symlinkSync('/nowhere/python', join(prefix, 'bin/python'))
  t.match(await host.prepare(plan9), { outcome: 'made' })
  t.notOk(existsSync(join(prefix, 'bin/old')))
  t.match(await host.prepare(plan9), { outcome: 'up_to_date' })
})

t.test('in a locale without UTF-8, below a path that needs it', async t => {
  const host = makeHost(t, { manager: 'auto', name: 'debug-server' })
  putPythonWithoutVenv(host.bin, realPython)
  Object.assign(host.environment, { LANG: 'C', LC_ALL: 'POSIX', PYTHONCOERCECLOCALE: '0', PYTHONUTF8: '0' })
  const root = host.path('größe')
  mkdirSync(join(root, 'config'), { recursive: true })
  writeFileSync(
    join(root, 'config/bootstrap.local.toml'),
    readFileSync(host.path('config/bootstrap.local.toml')),
  )
  const made = await host.prepare({ platform: 'plan9' }, root)
  t.equal(made.outcome, 'made')
  t.match(sessionEnvironment(root), { prefix: join(root, '.artifacts/environments/debug-server') })
  t.match(await host.prepare({ platform: 'plan9' }, root), { outcome: 'up_to_date' })
})
