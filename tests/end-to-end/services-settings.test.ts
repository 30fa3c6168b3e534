import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { makeClone } from './clone.ts'

t.setTimeout(280_000)

/** One for all, so that what it compiles at first serves them all. Each test finds it down, with its sources as they were. */
const clone = makeClone(t)
t.afterEach(async () => {
  await clone.task(['down', '--yes'])
  clone.git('checkout', '--quiet', '.')
})

t.test('a service that throws at import', async t => {
  writeFileSync(clone.path('services/proxy/main.ts'), "throw new Error('the moon is in the seventh house')\n")
  const { code, stderr } = await clone.task(['up'])
  t.equal(code, 1)
  t.match(stderr, /the proxy ended while it was starting/)
  t.match(stderr, /the moon is in the seventh house/, 'its last lines are shown')
  t.same(clone.processes(), [], 'what had started was ended')
})

t.test('a service that never becomes ready', async t => {
  writeFileSync(
    clone.path('services/runner/main.ts'),
    "console.log('still waiting for Godot')\nsetInterval(() => {}, 1000)\n",
  )
  const { code, stderr } = await clone.task(['up'], { DEBUG_SERVER__SERVICES__READY_SECONDS: '2' })
  t.equal(code, 1)
  t.match(stderr, /the runner did not become ready within 2 s/)
  t.match(stderr, /still waiting for Godot/)
  t.same(clone.processes(), [])
})

t.test('ports that are taken', async t => {
  const occupied = createServer()
  const port = await new Promise<number>(resolve =>
    occupied.listen(0, '127.0.0.1', () => {
      const address = occupied.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    }),
  )
  t.teardown(() => occupied.close())
  const asked = await clone.task(['up'], { DEBUG_SERVER__API__PORT: String(port) })
  t.equal(asked.code, 1)
  t.match(asked.stderr, new RegExp(`port ${port}, which was asked for as api.port, is in use`))
  t.same(clone.processes(), [])

  const shipped = readFileSync(clone.path('config/server.toml'), 'utf8')
  writeFileSync(clone.path('config/server.toml'), shipped.replace('port = 8000', `port = ${port}`))
  const fallback = await clone.task(['up'], { DEBUG_SERVER__API__PORT: undefined })
  t.equal(fallback.code, 0, fallback.stderr)
  t.match(fallback.stdout, new RegExp(`port ${port} is in use: the api listens on \\d+ instead`))
})

t.test('a store written by a newer version is refused and not touched', async t => {
  const own = { DEBUG_SERVER_DB_URL: 'sqlite:.artifacts/newer/store.db' }
  t.equal((await clone.task(['db:upgrade'], own)).code, 0)
  {
    using store = new DatabaseSync(clone.path('.artifacts/newer/store.db'))
    store.exec("insert into kysely_migration values ('9999-from-the-future', '2030-01-01')")
  }
  const { code, stderr } = await clone.task(['up'], own)
  t.equal(code, 1)
  t.match(stderr, /was written by a newer version: it has the migration 9999-from-the-future/)
  t.same(clone.processes(), [])
})

t.test('no home, and one that cannot be written', async t => {
  for (const home of [undefined, '/proc/1/no-home']) {
    const { code, stderr } = await clone.task(['up'], { HOME: home })
    t.equal(code, 0, stderr)
    t.equal((await clone.task(['down'], { HOME: home })).code, 0)
  }
})

t.test('settings that are not valid are all named, and nothing starts', async t => {
  const local = clone.path('config/server.local.toml')
  writeFileSync(local, '[api]\nprot = 1\nhost = 5\n')
  t.teardown(() => rmSync(local))
  const { code, stderr } = await clone.task(['up'], { DEBUG_SERVER__RUNNER__SLOTS: '0' })
  t.equal(code, 1)
  t.match(stderr, /config\/server\.local\.toml:2: unknown key api\.prot; did you mean api\.port\?/)
  t.match(stderr, /config\/server\.local\.toml:3: api\.host = 5: /)
  t.match(stderr, /DEBUG_SERVER__RUNNER__SLOTS: 0: /)
  t.same(clone.processes(), [])
})

t.test(
  "a file of one's own reaches the services, and what comes later without it knows their store",
  async t => {
    const file = join(clone.home, 'mine.toml')
    writeFileSync(file, '[storage]\nsqlite_path = "$SCRATCH/mine.db"\n[runner]\npath = "/opt/mine:$PATH"\n')
    const given = { SCRATCH: clone.path('.artifacts/scratch') }
    const up = await clone.task(['up', '--config', file], given)
    t.equal(up.code, 0, up.stderr)
    const run = async (command: string, ...flags: string[]) =>
      await clone.debugServer(['session', 'create', '--repository', 'demo', '--command', command, ...flags])
    t.equal((await clone.debugServer(['repository', 'add', '.', '--name', 'demo'])).code, 0)
    t.match((await run('echo $PATH', '--follow')).stdout, /(^|:)\/opt\/mine:/m)

    t.match(await clone.task(['restart', 'runner']), {
      code: 1,
      stderr: /scratch\/mine\.db, but these settings name/,
    })
    t.equal((await clone.task(['restart', 'runner', '--config', file], given)).code, 0)
    t.equal((await run('sleep 600')).code, 0)
    t.match(await clone.task(['down']), { code: 1, stderr: /a command has not ended yet/ })
    const down = await clone.task(['down', '--yes'])
    t.equal(down.code, 0, down.stderr)
    t.same(clone.processes(), [])
  },
)
