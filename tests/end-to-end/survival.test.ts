/**
 * Commands and logs outlive every process of ours: at 20 random moments the runner, the API, the proxy, PM2's daemon or
 * all of them are killed, while commands run and are followed. `SEED=123 node tests/end-to-end/survival.test.ts` repeats
 * a run.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { type Client, createClient } from '../../client/sdk/client.ts'
import { makeClone, until } from './clone.ts'
import { Listener } from './survival/listener.ts'
import { between, pick, random } from './survival/random.ts'
import { type Speech, wholeOf } from './survival/speech.ts'
import { areGone, kill, type Victim, victims } from './survival/victims.ts'

t.setTimeout(280_000)

const rounds = 10
const killsARound = 2
const streams = ['stdout', 'stderr'] as const

t.test('ten commands and three followers, while everything else is killed again and again', async t => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))
  t.comment(`SEED=${seed}`)
  const next = random(seed)
  const clone = makeClone(t)
  const room = join(clone.home, 'speaker')
  mkdirSync(room)
  for (const file of ['random.ts', 'speech.ts', 'speaker.ts'])
    cpSync(join(import.meta.dirname, 'survival', file), join(room, file))
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: room })
  git('init', '-q', '-b', 'main')
  git('add', '-A')
  git('commit', '-q', '-m', 'speaker')

  // The same address after each kill, as with the default ports.
  const ports = { api: await portFor(next), proxy: await portFor(next) }
  const environment = {
    DEBUG_SERVER__API__PORT: String(ports.api),
    DEBUG_SERVER__PROXY__PORT: String(ports.proxy),
  }
  const up = async () => {
    const { code, stdout, stderr } = await clone.task(['up'], environment)
    if (code !== 0) throw new Error(`up failed: ${stdout}${stderr}`)
  }
  await up()
  const token = readFileSync(clone.path('.artifacts/secrets/admin-token'), 'utf8').trim()
  const connect = (baseUrl: string): Client => {
    const client = createClient({ baseUrl, token })
    t.teardown(() => client[Symbol.asyncDispose]())
    return client
  }
  const api = connect(`http://127.0.0.1:${ports.api}`)
  const proxied = connect(`http://127.0.0.1:${ports.proxy}/api`)

  await api.repositories.add({ url: room, name: 'speaker', wait: 30 })
  const createSession = async () => (await api.sessions.create({ repository: 'speaker', wait: 30 })).id
  const [first, second] = [await createSession(), await createSession()]
  // In the worktree: that can be written wherever commands are kept apart.
  const roll = 'roll'
  const rollOf = (session: string) =>
    readFileSync(clone.path('.artifacts/data/sessions', session, 'worktree', roll), 'utf8')
  const said: { id: string; speech: Speech }[] = []
  const speak = async (session: string, seconds: number) => {
    const number = said.length
    const speech: Speech = {
      seed: number + 1 + (seed % 1000) * 100,
      chunks: seconds * 10,
      pause: 100,
      exitCode: [0, 1, 7, 42, 255][number % 5] ?? 0,
      forks: (['nothing', 'child', 'daemon'] as const)[number % 3] ?? 'nothing',
    }
    const command = [process.execPath, 'speaker.ts', JSON.stringify(speech), '0', roll]
    const { id } = await api.commands.run({ session, command })
    said.push({ id, speech })
    return id
  }

  for (let i = 0; i < 4; i++) await speak(first, between(next, 1, 15))
  const long = await speak(second, 15)
  const other = await speak(second, 12)
  const listeners = {
    whole: new Listener(api.stream('sessions.logs', { session: first, follow: true })),
    stream: new Listener(
      api.stream('sessions.logs', { session: second, command: long, stream: 'stdout', follow: true }),
    ),
    proxied: new Listener(proxied.stream('sessions.logs', { session: second, command: other, follow: true })),
  }

  await Promise.all(Object.values(listeners).map(({ began }) => began))

  let moments = 0
  for (let round = 0; round < rounds; round++) {
    const killed: number[] = []
    const names: Victim[] = []
    for (let i = 0; i < killsARound; i++) {
      await delay(between(next, 0, 700)) // the moment is what is random here
      const victim = pick(next, victims)
      names.push(victim)
      killed.push(...kill(clone, victim))
      moments++
    }
    t.comment(`killed ${names.join(', ')}`)
    await until('they are gone', () => areGone(killed))
    await up()
    if (round % 2 === 1 && said.length < 10) await speak(second, between(next, 1, 8))
  }
  t.equal(moments, 20)
  t.equal(said.length, 10)

  for (const { id, speech } of said) {
    let row = await api.commands.get({ command: id, wait: 60 })
    if (row.ended_at === null) row = await api.commands.get({ command: id, wait: 60 })
    t.match(
      row,
      { exit_code: speech.exitCode, failure: null, status: speech.exitCode === 0 ? 'succeeded' : 'failed' },
      `${id} has its exit code`,
    )
    for (const stream of streams) {
      const log = new Listener(
        api.stream('sessions.logs', { session: row.session, command: id, stream, follow: false }),
      )
      t.equal(await log.done, 'complete')
      t.ok(log.heard(id, stream).equals(wholeOf(speech, stream)), `${id} ${stream}, byte for byte`)
    }
  }
  t.same(
    (rollOf(first) + rollOf(second)).trim().split('\n').map(Number).sort(),
    said.map(({ speech }) => speech.seed).sort(),
    'each ran exactly once',
  )

  await t.test('each follower got every byte once', async t => {
    t.equal(await listeners.whole.done, 'complete')
    t.equal(await listeners.stream.done, 'complete')
    t.equal(await listeners.proxied.done, 'complete')
    for (const [index, { id, speech }] of said.entries())
      for (const stream of streams) {
        const whole = wholeOf(speech, stream)
        const heard = (listener: Listener, expected: boolean) => {
          const bytes = listener.heard(id, stream)
          const due = expected ? whole : Buffer.alloc(0)
          t.ok(bytes.equals(due), `${index} ${stream}: ${bytes.length} of ${due.length} bytes`)
        }
        heard(listeners.whole, index < 4)
        heard(listeners.stream, id === long && stream === 'stdout')
        heard(listeners.proxied, id === other)
      }
  })

  for (const session of [first, second]) await api.sessions.delete({ session, wait: 30 })
  const down = await clone.task(['down', '--yes'], environment)
  t.equal(down.code, 0, down.stderr)
  t.same(clone.processes(), [], 'no process is left')
  const data = clone.path('.artifacts/data')
  for (const folder of ['sessions', 'discarded'])
    t.same(existsSync(join(data, folder)) ? readdirSync(join(data, folder)) : [], [], `nothing in ${folder}`)
  const sockets = readdirSync(clone.path('.artifacts'), { recursive: true, withFileTypes: true })
  t.same(
    sockets.filter(entry => entry.isSocket()).map(({ name }) => name),
    [],
    'no socket is left',
  )
})

/** A free port outside the range from which others get theirs. */
async function portFor(next: () => number): Promise<number> {
  for (;;) {
    const port = between(next, 20_000, 30_000)
    const server = createServer()
    const free = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    await new Promise(resolve => server.close(resolve))
    if (free) return port
  }
}
