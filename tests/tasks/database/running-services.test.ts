import { existsSync } from 'node:fs'
import t from 'tap'
import { makeClone } from '../../end-to-end/clone.ts'

t.setTimeout(240_000)

t.test(
  'while services run: they are backed up and looked at, and nothing is taken from under them',
  async t => {
    const clone = makeClone(t)
    const run = (...words: string[]) => clone.task(words)
    const up = await run('up')
    t.equal(up.code, 0, up.stderr)
    t.notMatch(up.stderr, /refresh/, 'up does not fetch')

    const file = `${clone.home}/backup.db`
    t.equal((await run('db:backup', file)).code, 0)
    const { code, stdout } = await run('token:create', 'ops', '--scopes', 'admin,cli')
    t.equal(code, 0)
    const asked = await clone.debugServer(['--token', stdout.trim(), 'whoami'])
    t.match(asked.stdout, /ops/, 'a token that was made beside the server is good at once')
    t.equal((await run('token:revoke', 'ops')).code, 0)
    t.not((await clone.debugServer(['--token', stdout.trim(), 'whoami'])).code, 0, 'and worthless at once')

    const check = await run('check', '--json')
    t.equal(check.code, 0, check.stdout)
    const details = new Map<string, string>(
      JSON.parse(check.stdout).map(({ what, detail }: { what: string; detail: string }) => [what, detail]),
    )
    for (const service of ['api', 'proxy'])
      t.match(details.get(`port ${service}`), new RegExp(`^our ${service} listens on http://`))

    for (const words of [
      ['db:restore', file],
      ['db:downgrade', 'base', '--yes'],
      ['clean', '--all', '--yes'],
    ]) {
      const refused = await run(...words)
      t.equal(refused.code, 1, words.join(' '))
      t.match(refused.stderr, /while services use the store: .*(?:api|proxy|runner) \(pid \d+\)/)
      t.match(refused.stderr, /npx task down/)
    }
    t.equal((await run('status')).code, 0, 'they still do')

    t.equal((await run('down', '--yes')).code, 0)
    t.equal((await run('db:restore', file)).code, 0)
    t.ok(existsSync(clone.path('.artifacts/data/metadata.db.before-restore')))
    t.equal((await run('clean', '--all', '--yes')).code, 0)
    t.notOk(existsSync(clone.path('.artifacts')))
  },
)
