import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { inheritedByCommands, toolchainsOf } from '../../../services/runner/host-environment.ts'

const home = mkdtempSync(join(tmpdir(), 'home-'))
t.teardown(() => rmSync(home, { recursive: true, force: true }))

t.test('commands get nothing of the server but what is listed', t => {
  const server = {
    HOME: home,
    LANG: 'de_DE.UTF-8',
    TZ: 'UTC',
    AWS_SECRET_ACCESS_KEY: 'x',
    LD_PRELOAD: '/x.so',
  }
  t.same(inheritedByCommands(server), { LANG: 'de_DE.UTF-8', TZ: 'UTC' })
  t.end()
})

t.test("rustup's cargo finds the toolchains of whoever runs the server, where there are any", t => {
  t.same(inheritedByCommands({ HOME: home }), {})
  const rustup = join(home, '.rustup')
  mkdirSync(rustup)
  t.same(inheritedByCommands({ HOME: home }), { RUSTUP_HOME: rustup })
  t.same(toolchainsOf(inheritedByCommands({ HOME: home })), [rustup], 'which a sandbox shows')
  t.same(inheritedByCommands({ HOME: home, RUSTUP_HOME: tmpdir() }), { RUSTUP_HOME: tmpdir() })
  for (const RUSTUP_HOME of ['relative', join(home, 'none')])
    t.same(inheritedByCommands({ HOME: home, RUSTUP_HOME }), {})
  t.end()
})
