import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { request } from 'undici'
import { until } from '../until.ts'
import { makeClone } from './clone.ts'
import { serviceStatus } from './service-status.ts'

t.setTimeout(280_000)

const clone = makeClone(t)
const status = () => serviceStatus(clone)

t.test('a successor that does not come up changes nothing', async t => {
  t.equal((await clone.task(['up'])).code, 0)
  const before = await status()
  const file = clone.path('services/api/main.ts')
  const source = readFileSync(file, 'utf8')
  writeFileSync(file, 'throw new Error("it was changed too much")\n')
  const { code, stderr } = await clone.task(['reload', 'api'])
  t.equal(code, 1)
  t.match(stderr, /it was changed too much/)
  t.same(
    (await status()).map(({ pid, state }) => [pid, state]),
    before.map(({ pid }) => [pid, 'ready']),
  )
  writeFileSync(file, source)
})

t.test('a reload with settings that name another address moves nothing, and says what does', async t => {
  const places = async () => (await status()).map(({ pid, address, state }) => [pid, address, state])
  const before = await places()
  const elsewhere = { DEBUG_SERVER__API__HOST: '::1' }
  for (const how of ['reload', 'restart'])
    t.match(await clone.task([how, 'api'], elsewhere), {
      code: 1,
      stderr:
        /the api listens at http:\/\/127\.\S+, and the settings now name http:\/\/\[::1\].*npx task up/s,
    })
  t.same(await places(), before)
})

t.test('a call that waits for a debugger is answered, whichever service is replaced meanwhile', async t => {
  const [, , proxy] = await status()
  const ask = (path: string, body: object) =>
    request(`${proxy?.address}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      headersTimeout: 120_000,
    })
  t.equal((await clone.debugServer(['repository', 'add', clone.root, '--name', 'demo'])).code, 0)
  const token = readFileSync(clone.path('.artifacts/secrets/admin-token'), 'utf8').trim()
  const program =
    'const fs = require("node:fs"); setInterval(() => { if (fs.existsSync("go")) { fs.rmSync("go"); debugger } }, 20)'
  const made = await clone.debugServer([
    ...['session', 'create', '--repository', 'demo', '--environment', 'none', '--json'],
    ...['--command', `echo '${program}' > waits.cjs`],
  ])
  t.equal(made.code, 0, made.stderr)
  const session: string = JSON.parse(made.stdout).id
  for (const [service, path, body] of [
    ['api', `/sessions/${session}/debug`, { node: 'waits.cjs', wait: 60 }],
    ['proxy', `/sessions/${session}/debug/continue`, { wait: 60 }],
  ] as const) {
    const waiting = ask(path, body)
    const get = ['debug', 'status', session, '--json']
    await until('it runs', async () => /"running"/.test((await clone.debugServer(get)).stdout))
    const reload = clone.start(['tasks/cli.mjs', 'reload', service])
    await until('who served before leaves', () => /waiting up to 90 s for 1 request/.test(reload.stderr()))
    t.equal((await clone.debugServer(['command', 'run', session, '--', 'touch', 'go'])).code, 0)
    const { statusCode, body: answer } = await waiting
    t.match([statusCode, await answer.json()], [service === 'api' ? 201 : 200, { status: 'stopped' }])
    t.match(await reload.finished, { code: 0 })
  }
  t.equal((await clone.debugServer(['session', 'stop', session])).code, 0)
})

t.test('a reload that is killed half-way: the next up settles it', async t => {
  const [, api] = await status()
  const file = clone.path('services/api/main.ts')
  const source = readFileSync(file, 'utf8')
  writeFileSync(file, 'setInterval(() => {}, 1000)\n')
  const running = clone.start(['tasks/cli.mjs', 'reload', 'api'])
  const passing = () => JSON.parse(readFileSync(clone.path('.artifacts/run/services.json'), 'utf8')).passing
  await until('the successor is being started', () => passing().length === 1)
  running.child.kill('SIGKILL')
  await running.finished
  t.equal((await status())[1]?.pid, api?.pid, 'who was there still answers')
  writeFileSync(file, source)
  t.match(await clone.task(['reload', 'proxy']), {
    code: 1,
    stderr: /the api was being replaced, and that was cut short.*npx task up/s,
  })
  const up = await clone.task(['up'])
  t.equal(up.code, 0, up.stderr)
  t.same(passing(), [])
  const left = () => clone.processes().filter(line => /PM2 v|services\/\w+\/main|take_listeners/.test(line))
  await until('one set of services', () => left().length === 4)
  const down = await clone.task(['down', '--yes'])
  t.equal(down.code, 0, down.stderr)
  t.same(clone.processes(), [])
})
