import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { CurrentPhase } from '../../smoke/evidence/current-phase.ts'
import { opensPorts } from '../../smoke/phases.ts'
import { type Listening, listeningSockets } from '../../smoke/sandbox/listeners.ts'
import { openPortsText, PortWatch, watchPorts } from '../../smoke/sandbox/port-watch.ts'
import { type Owner, room } from './room.ts'

async function listener(owner: Owner) {
  const server = createServer().listen(0, '127.0.0.1')
  owner.teardown(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { port: address.port, close: () => new Promise(done => server.close(done)) }
}

const ephemeral = { lowest: 32_768, highest: 60_999 }

/** Sockets as they are, but for the one at a port, which other machines could reach. */
const reachable = (port: number) => async (): Promise<Listening | undefined> => {
  const all = await listeningSockets()
  return (
    all && new Map([...all].map(([at, one]) => [at, one.port === port ? { ...one, address: '::' } : one]))
  )
}

t.test('what is open for a while is told, with who opened it and in which phase', async t => {
  let [phase, now, searches] = ['bootstrap', 1_000, 0]
  const own = await listener(t)
  const other = await listener(t)
  const watch = new PortWatch({
    ...{ sockets: listeningSockets, runner: undefined, opensPorts, ephemeral },
    members: () => {
      searches++
      return [process.pid]
    },
    ...{ own: async () => [own.port], phase: () => phase, now: () => now },
  })
  t.equal(await watch.look(), true)
  phase = 'up'
  now = 2_000
  await watch.look()
  await other.close()
  now = 3_000
  for (let left = 5; left > 0; left--) await watch.look()
  t.ok(searches <= 3, 'whose the sockets of others are is not looked for again and again')
  t.match(watch.found, [
    {
      pid: process.pid,
      address: '127.0.0.1',
      port: other.port,
      phase: 'bootstrap',
      first: 1_000,
      last: 2_000,
    },
  ])
  t.equal(watch.found.length, 1)
  t.match(
    openPortsText(watch.found),
    new RegExp(
      `^the run listened where it should not:\n {2}pid ${process.pid} \\(.*\\) on 127\\.0\\.0\\.1:${other.port} of TCP in "bootstrap", seen from 00:00:01\\.000 to 00:00:02\\.000 UTC$`,
    ),
  )
})

t.test(
  'debuggers, tests and models listen on the loopback interface by design, and nowhere else',
  async t => {
    const { port } = await listener(t)
    const datagrams = createSocket('udp4').bind(0, '127.0.0.1')
    t.teardown(() => datagrams.close())
    await once(datagrams, 'listening')
    const udp = datagrams.address().port
    const table: [string | undefined, Partial<ConstructorParameters<typeof PortWatch>[0]>, number[]][] = [
      ['bootstrap', {}, [port]],
      [undefined, {}, [port]],
      ['agent:debug', {}, []],
      ['structural', {}, []],
      ['full', {}, []],
      ['full', { sockets: reachable(port) }, [port]],
      ['ports', { runner: process.pid }, []],
      ['ports', { runner: process.pid, sockets: reachable(port) }, [port]],
      ['up', { own: async () => [port] }, []],
      ['up', { own: async () => [port], sockets: reachable(port) }, [port]],
      ['up', { members: () => [] }, []],
      ['up', { ephemeral: { lowest: 1, highest: 1 } }, [port, udp]],
    ]
    for (const [phase, differs, expected] of table) {
      const watch = new PortWatch({
        ...{ sockets: listeningSockets, members: () => [process.pid], runner: undefined, opensPorts },
        ...{
          own: async () => [],
          phase: () => phase,
          now: () => 0,
          ephemeral: { lowest: udp, highest: udp },
        },
        ...differs,
      })
      await watch.look()
      const found = watch.found.map(one => one.port).filter(one => one === port || one === udp)
      t.same(found.sort(), expected.sort(), `${phase}: ${Object.keys(differs)}`)
    }
  },
)

t.test('a port that debugging has opened is not held against the phase in which it is closed', async t => {
  let phase = 'agent:debug'
  await listener(t)
  const watch = new PortWatch({
    ...{ sockets: listeningSockets, members: () => [process.pid], runner: undefined, opensPorts, ephemeral },
    ...{ own: async () => [], phase: () => phase, now: () => 0 },
  })
  await watch.look()
  phase = 'verify-clean'
  await watch.look()
  t.same(watch.found, [])
})

t.test('a port that was opened as debugging ended is not held against the phase after that', async t => {
  let phase = 'agent:debug'
  const watch = new PortWatch({
    ...{ sockets: listeningSockets, members: () => [process.pid], runner: undefined, opensPorts, ephemeral },
    ...{ own: async () => [], phase: () => phase, now: () => 0 },
  })
  await watch.look()
  const late = await listener(t)
  phase = 'verify-clean'
  await watch.look()
  t.same(watch.found, [])
  await late.close()
  const { port } = await listener(t)
  await watch.look()
  t.match(watch.found, [{ port, phase: 'verify-clean' }])
})

t.test('where the system does not tell, it says so once, and where it fails, why', async t => {
  const told: string[] = []
  const watching = (sockets: () => Promise<Listening | undefined>) =>
    watchPorts(
      new PortWatch({
        ...{ sockets, members: () => [], runner: undefined, opensPorts, ephemeral },
        ...{ own: async () => [], phase: () => undefined, now: () => 0 },
      }),
      { everyMs: 1, signal: AbortSignal.abort(), unable: reason => told.push(reason) },
    )
  await watching(async () => undefined)
  await watching(async () => {
    throw new Error('too many open files')
  })
  await watching(async () => new Map())
  t.same(told, ['this system does not tell who listens on which port', 'too many open files'])
})

t.test('nobody waits for a pipe in the place of what the phases have told', t => {
  const file = join(room(t), 'events.ndjson')
  execFileSync('mkfifo', [file])
  const module = new URL('../../smoke/evidence/current-phase.ts', import.meta.url).href
  const program = `import { CurrentPhase } from '${module}'; console.log(new CurrentPhase('${file}').name())`
  const words = ['--input-type=module', '--eval', program]
  t.equal(
    execFileSync(process.execPath, words, { timeout: 20_000, killSignal: 'SIGKILL' }).toString(),
    'undefined\n',
  )
  t.end()
})

t.test('which phase is at work is read on from where it was read last', async t => {
  const file = join(room(t), 'events.ndjson')
  const current = new CurrentPhase(file)
  t.equal(current.name(), undefined)
  const tell = (event: object | string) =>
    appendFileSync(file, typeof event === 'string' ? event : `${JSON.stringify(event)}\n`)
  tell({ type: 'task-started', name: 'clone' })
  t.equal(current.name(), 'clone')
  tell({ type: 'task-log', name: 'clone', line: 'x'.repeat(100_000) })
  tell({ type: 'task-log', name: 'clone', line: '{"type":"task-started","name":"no"}' })
  tell('{"type":"task-started","na')
  t.equal(current.name(), 'clone')
  tell('me":"install"}\n')
  t.equal(current.name(), 'install')
})
