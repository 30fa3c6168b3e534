import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import { ToolFinder } from '../../../../services/runner/environments/find-tools.ts'
import { managers } from '../../../../services/runner/environments/managers/managers.ts'

t.setTimeout(60_000)

function finderOf(t: Test) {
  const directory = mkdtempSync(join(tmpdir(), 'tools-'))
  const bin = join(directory, 'bin')
  mkdirSync(bin)
  const scope = new ProcessScope({ graceMs: 0 })
  t.teardown(async () => {
    await scope.end()
    rmSync(directory, { recursive: true, force: true })
  })
  const home = join(directory, 'home')
  const finder = new ToolFinder(scope, home)
  return {
    home,
    find: () => finder.find(managers.uv, { PATH: `${bin}:/usr/bin:/bin`, HOME: '/root' }),
    install: (script: string) => writeFileSync(join(bin, 'uv'), `#!/bin/sh\n${script}\n`, { mode: 0o755 }),
  }
}

t.test('what is not there, and what is broken, is told; what has been repaired is found at once', async t => {
  const { find, install } = finderOf(t)
  t.strictSame(await find(), { ok: false, message: 'uv needs uv on the PATH of commands, and there is none' })
  install('echo trying; echo "a warning" >&2; echo "libmissing.so: no such file" >&2; exit 3')
  t.strictSame(await find(), {
    ok: false,
    message:
      'uv needs uv on the PATH of commands, and uv --version ends with code 3: libmissing.so: no such file',
  })
  install('echo uv 1.0')
  t.match(await find(), { ok: true, tools: [{ name: 'uv', version: 'uv 1.0' }] })
})

t.test('a program is asked with a home that no session has, whatever is given', async t => {
  const { find, install, home } = finderOf(t)
  install('[ -w "$HOME" ] && echo "$HOME"')
  t.match(await find(), { ok: true, tools: [{ version: home }] })
})
