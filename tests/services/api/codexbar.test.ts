import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { processEntry } from '../../../lib/processes/process-table.ts'
import { putCodexbar } from './put-codexbar.ts'
import { problemOf, startRig } from './rig.ts'
import { until } from './until.ts'

/** A server whose host has this codexbar; `calls` are the words it was called with, each time. */
async function startWith(t: Test, script: string, deadline = 20_000) {
  const rig = await startRig(t, { limits: { codexbar: deadline } })
  const file = join(rig.directory, 'calls')
  await putCodexbar(rig.directory, `echo "$*" >> ${file}\n${script}`)
  const calls = async () => (await readFile(file, 'utf8')).trimEnd().split('\n')
  return { ...rig, calls }
}

/** That a process runs no more; who has taken it over may be slow to take notice. */
const gone = async (file: string) => {
  const entry = processEntry(Number(await readFile(file, 'utf8')))
  t.ok(entry === undefined || entry.zombie)
}

t.test('where codexbar is not installed there is nothing', async t => {
  const rig = await startRig(t)
  t.match(await rig.refused('codexbar.usage'), { code: 'codexbar_not_found', detail: /PATH/ })
})

t.test('what it tells is told as it is', async t => {
  const rig = await startWith(t, `echo '[{"provider":"codex","usage":{"used":0.5,"resets":null}}]'; exit 3`)
  for (const prefix of ['', '/api'])
    t.same(JSON.parse((await rig.send(`${prefix}/codexbar/usage`)).text), [
      { provider: 'codex', usage: { used: 0.5, resets: null } },
    ])
  t.same(await rig.calls(), Array(2).fill('usage --provider all --source cli --format json'))
})

t.test('an older one is asked in the words that it knows', async t => {
  const rig = await startWith(
    t,
    `case "$*" in 'usage --json') echo '{"used":1}';; *) echo 'unknown option' >&2; exit 2;; esac`,
  )
  t.same(await rig.call('codexbar.usage'), { used: 1 })
  t.equal((await rig.calls()).length, 2)
})

t.test('one that tells no JSON is named, and what it said stands in the log alone', async t => {
  const rig = await startWith(t, `echo 'Codex: 50 %'; echo 'account me@example.org' >&2`)
  const problem = await rig.refused('codexbar.usage')
  t.match(problem, { code: 'codexbar_failed', detail: /update it/ })
  t.notMatch(JSON.stringify(problem), /example\.org/)
  t.equal((await rig.calls()).length, 3)
  t.match(rig.logged.join(''), /me@example\.org/)
})

for (const [what, text] of Object.entries({
  'too deep': `yes '[' | head -n 100000 | tr -d '\\n'; yes ']' | head -n 100000 | tr -d '\\n'`,
  endless: `yes`,
  'no object': `echo 7`,
}))
  t.test(`what is ${what} is not told`, { timeout: 60_000 }, async t => {
    const rig = await startWith(t, text)
    t.match(await rig.refused('codexbar.usage'), { code: 'codexbar_failed' })
  })

t.test('one that never ends is ended, with what it has started', async t => {
  const rig = await startWith(t, 'sleep 300 & echo $! > "$0.sleeper"; echo $$ > "$0.pid"; wait', 500)
  const answer = await rig.send('/codexbar/usage')
  t.match(problemOf(t, answer), { status: 504, code: 'codexbar_timeout' })
  t.equal((await rig.calls()).length, 1, 'what took all the time is not tried in other words')
  await gone(join(rig.directory, 'bin/codexbar.sleeper'))
  await gone(join(rig.directory, 'bin/codexbar.pid'))
})

t.test('it runs once at a time, however many ask', async t => {
  const rig = await startWith(t, `sleep 0.5; echo '{"used":1}'`)
  const answers = await Promise.all(Array.from({ length: 20 }, () => rig.call('codexbar.usage')))
  t.same(answers, Array(20).fill({ used: 1 }))
  t.equal((await rig.calls()).length, 1)
  await rig.call('codexbar.usage')
  t.equal((await rig.calls()).length, 2, 'and anew for whoever asks later')
})

t.test('a server that stops ends it', async t => {
  const rig = await startWith(t, 'echo $$ > "$0.pid"; exec sleep 300')
  const asked = rig.send('/codexbar/usage').catch(() => undefined)
  await until(
    async () => (await readFile(join(rig.directory, 'bin/codexbar.pid'), 'utf8').catch(() => '')) !== '',
    'it runs',
  )
  await rig.api[Symbol.asyncDispose]()
  await gone(join(rig.directory, 'bin/codexbar.pid'))
  await asked
})

t.test('it gets what the host has, and no setting of this server', async t => {
  const bin = t.testdir()
  await putCodexbar(bin, `env | sed -n 's/^\\([A-Z_]*\\)=.*/"\\1"/p' | sort | paste -sd, | sed 's/.*/[&]/'`)
  const environment = { HOME: '/home/someone', DEBUG_SERVER_TOKEN: 'hidden', DEBUG_SERVER_DB_URL: 'hidden' }
  const rig = await startRig(t, { environment: { ...environment, PATH: join(bin, 'bin') } })
  const names = await rig.call('codexbar.usage')
  t.same(names, ['DEBUG_SERVER_SCOPES', 'HOME', 'PATH', 'PWD'])
})
