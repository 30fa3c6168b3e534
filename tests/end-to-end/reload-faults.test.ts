import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
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
  const up = await clone.task(['up'])
  t.equal(up.code, 0, up.stderr)
  t.same(passing(), [])
  const left = () => clone.processes().filter(line => /PM2 v|services\/\w+\/main|take_listeners/.test(line))
  await until('one set of services', () => left().length === 4)
  const down = await clone.task(['down', '--yes'])
  t.equal(down.code, 0, down.stderr)
  t.same(clone.processes(), [])
})
