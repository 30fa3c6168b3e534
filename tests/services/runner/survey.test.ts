import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { debugpyVersion } from '../../../services/runner/debug/debugpy/debugpy-finder.ts'
import { engines } from '../../../services/runner/debug/engines.ts'
import { ToolFinder } from '../../../services/runner/environments/find-tools.ts'
import { survey } from '../../../services/runner/survey.ts'
import { dataFiles } from '../../../services/store/files.ts'
import { writeProgram } from '../../tasks/bootstrap/servers/fake-programs.ts'

/** A host that has these programs and no others, each a shell script. */
function hostOf(t: Test, programs: Record<string, string>) {
  const directory = mkdtempSync(join(tmpdir(), 'survey-'))
  const scope = new ProcessScope({ graceMs: 100 })
  t.teardown(async () => {
    await scope.end()
    await rm(directory, { recursive: true })
  })
  for (const [name, script] of Object.entries(programs))
    writeProgram(join(directory, name), `#!/bin/sh\n${script}\n`)
  const files = dataFiles(join(directory, 'data'))
  const context = { files, tools: new ToolFinder(scope, files.toolHome), path: directory, inherit: {} }
  return survey(context, engines({ pythons: ['python3', 'python'] }, scope))
}

t.test('what a host has is told with its versions, and what it lacks with the reason', async t => {
  const { environments, debuggers } = await hostOf(t, {
    npm: 'echo 11.0.0',
    node: 'echo v24.0.0',
    cargo: 'echo broken >&2; exit 3',
    gdb: 'echo "GNU gdb (Distribution 15.1-2) 15.1"',
    python3: `echo '{"package":null,"version":"3.13.1","path":[]}'`,
    '_version.py': '"version": "1.8.0",',
    python: `echo '{"package":"'"\${0%/*}"'","version":"3.12.9","path":["'$HOME'"]}'`,
  })
  const of = (name: string) => environments.find(one => one.name === name)
  t.match(of('npm'), { available: true, missing: null })
  t.ok(of('npm')?.tools.some(({ name, version }) => name === 'npm' && version === '11.0.0'))
  t.match(of('cargo'), { available: false, tools: [], missing: /cargo --version ends with code 3: broken/ })
  t.match(of('yarn'), { available: false, missing: /yarn needs .*there is none/ })
  t.equal(environments.length, 8, 'every manager is told of')
  const debuggerOf = (name: string) => debuggers.find(one => one.name === name)
  t.same(debuggerOf('debugpy'), {
    name: 'debugpy',
    available: true,
    tools: [{ name: 'python', version: 'debugpy 1.8.0, Python 3.12.9' }],
    missing: null,
  })
  t.match(debuggerOf('gdb'), { available: true, tools: [{ name: 'gdb', version: '15.1' }] })
})

t.test('a version of debugpy that cannot be read keeps nobody waiting', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'survey-'))
  t.teardown(() => rm(directory, { recursive: true }))
  execFileSync('mkfifo', [join(directory, '_version.py')])
  t.same(await debugpyVersion(directory), [])
})

t.test('a host without anything lacks everything', async t => {
  const { environments, debuggers } = await hostOf(t, {})
  t.same(
    // lldb-dap is looked for where packages put it, too.
    [...environments, ...debuggers].filter(({ name, available }) => available && name !== 'lldb-dap'),
    [],
  )
  t.match(debuggers.slice(0, 2), [
    { missing: /no Python here has debugpy/ },
    { missing: 'there is no gdb here; apt-get install gdb' },
  ])
})
