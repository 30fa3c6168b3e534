import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { migrationNames } from '../../../services/store/migration-names.ts'
import { type Clone, makeClone } from '../../end-to-end/clone.ts'
import { traces } from '../traces.ts'

t.setTimeout(240_000)

const environment = { DEBUG_SERVER__ENVIRONMENT__MANAGER: 'none' }

/** What `--plan bootstrap` says beneath each step; it leaves the clone and the home as they are. */
async function outlook(t: Test, clone: Clone, extra: Record<string, string> = environment) {
  const before = [traces(clone.root), traces(clone.home)]
  const { code, stdout, stderr } = await clone.task(['--plan', 'bootstrap'], extra)
  t.equal(code, 0, stderr)
  t.same([traces(clone.root), traces(clone.home)], before, 'nothing was written')
  const said = stdout.matchAll(/^ *\d+ {2}(\w+).*\n {6}(\S.*)$/gm)
  return Object.fromEntries([...said].map(([, name = '', line = '']) => [name, line]))
}

t.test('the plan of a bootstrap says what each step would do, and why one would be skipped', async t => {
  const clone = makeClone(t)
  await t.test('in a fresh clone', async t => {
    const said = await outlook(t, clone)
    t.match(said, {
      binaries: /^looks only: .*git/,
      repository: /^looks only$/,
      storage: `makes the store ${clone.root}`,
      token: /^makes the administrator's token$/,
      certificates: /^up to date: system store$/,
      environment: /^skipped: environment\.manager is "none"$/,
      refresh: /^fetches the remotes, if there are any$/,
    })
    const venv = await outlook(t, clone, { DEBUG_SERVER__ENVIRONMENT__MANAGER: 'venv' })
    t.match(venv.environment, /^makes [\w-]+, a venv: there is none$/)
  })
  await t.test('in one that is prepared', async t => {
    t.equal((await clone.task(['bootstrap'], environment)).code, 0)
    t.match(await outlook(t, clone), {
      storage: /^up to date: the store's schema$/,
      token: /^up to date: the token in .*admin-token$/,
    })
    t.equal((await clone.task(['db:downgrade', '0002', '--yes'])).code, 0)
    rmSync(clone.path('.artifacts/secrets/admin-token'))
    mkdirSync(clone.path('.artifacts/environments/debug-server'), { recursive: true })
    const said = await outlook(t, clone, { DEBUG_SERVER__ENVIRONMENT__MANAGER: 'venv' })
    t.match(said, {
      storage: `applies ${migrationNames.slice(2).join(', ')}`,
      token: /^makes the administrator's token$/,
      environment: /^makes debug-server, a venv: the one that is there is not whole$/,
    })
  })
  await t.test('where a step would fail, the others are told all the same', async t => {
    writeFileSync(clone.path('config/bootstrap.local.toml'), 'required_binaries = ["git", "no-such"]\n')
    const said = await outlook(t, clone, { ...environment, SSL_CERT_FILE: clone.path('README.md') })
    t.match(said, {
      binaries: /^fails: not on PATH: no-such$/,
      certificates: /^fails: SSL_CERT_FILE names .*README\.md, which is unusable/,
      storage: /^applies /,
    })
    writeFileSync(clone.path('config/bootstrap.local.toml'), 'nonsense = 1\nmore = 2\n')
    const wrong = await outlook(t, clone)
    t.match(wrong.settings, /^fails: .*bootstrap\.local\.toml.*nonsense.*, and 1 more$/)
    t.notOk('storage' in wrong, 'what depends on it is not guessed')
  })
})
