import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { Pool } from 'undici'
import { WebSocket } from 'ws'
import { problemSchema } from '../../../services/contract/problems.ts'
import { until } from '../../until.ts'
import { listen, startRig } from './rig.ts'

t.setTimeout(240_000)

/** Of this many kills, one every second: `KILLS=60` is a whole minute. */
const kills = Number(process.env.KILLS ?? 5)

/** A service that is killed and started again, always at the same address. */
async function mortal(t: Test) {
  const taken = createServer()
  const port = await listen(taken)
  await new Promise(resolve => taken.close(resolve))
  let child: ChildProcess | undefined
  const start = async () => {
    const script = join(import.meta.dirname, 'mortal-upstream.mjs')
    const started = spawn(process.execPath, [script, `${port}`], { stdio: ['ignore', 'pipe', 'inherit'] })
    child = started
    await once(started.stdout, 'data')
  }
  const kill = async () => {
    const ended = child && once(child, 'exit')
    child?.kill('SIGKILL')
    await ended
  }
  t.teardown(kill)
  await start()
  return { url: `http://127.0.0.1:${port}`, start, kill }
}

/** What became of what was asked: whole answers, refusals with their codes, answers that are seen to be broken off, and the rest. */
class Outcomes {
  readonly whole: Record<string, number> = {}
  readonly explained: Record<string, number> = {}
  readonly unexplained: string[] = []
  failures = 0

  note(kind: string, isWhole: boolean, why: string): void {
    if (isWhole) this.whole[kind] = (this.whole[kind] ?? 0) + 1
    else {
      this.failures++
      this.explained[`${kind}: ${why}`] = (this.explained[`${kind}: ${why}`] ?? 0) + 1
    }
  }
}

const asked = {
  short: { path: '/short', method: 'GET', expected: 1 },
  upload: { path: '/upload', method: 'POST', body: Buffer.alloc(300_000), expected: 6 },
  counted: { path: '/long', method: 'GET', headers: { 'x-counted': '1' }, expected: 1_000_000 },
  chunked: { path: '/long', method: 'GET', expected: 1_000_000 },
} as const

async function ask(pool: Pool, kind: keyof typeof asked, outcomes: Outcomes): Promise<void> {
  const { expected, ...request } = asked[kind]
  try {
    const answer = await pool.request(request)
    if (answer.statusCode !== 200) {
      const { code } = problemSchema.parse(await answer.body.json())
      if (!/^upstream_(?:unavailable|failed)$/.test(code)) throw new Error(code)
      if (code === 'upstream_unavailable' && answer.headers['retry-after'] === undefined)
        throw new Error('it is not said when to ask again')
      return outcomes.note(kind, false, code)
    }
    let bytes = 0
    try {
      for await (const chunk of answer.body) bytes += chunk.length
    } catch {
      return outcomes.note(kind, false, 'broken off')
    }
    if (bytes !== expected) throw new Error(`${bytes} bytes looked whole`)
    outcomes.note(kind, true, '')
  } catch (error) {
    outcomes.unexplained.push(`${kind}: ${error}`)
  }
}

/** Messages there and back on one WebSocket, until that ends. */
async function echo(url: string, isOver: () => boolean, outcomes: Outcomes): Promise<void> {
  const socket = new WebSocket(url.replace('http', 'ws'))
  const ended = new Promise<string>(resolve => {
    socket.once('close', code => resolve(`closed with ${code}`)).once('error', () => {})
    socket.once('unexpected-response', (_, { statusCode }) => resolve(`refused with ${statusCode}`))
  })
  let count = 0
  socket.once('open', () => socket.send(`${count}`))
  socket.on('message', data => {
    if (`${data}` !== `${count}`) outcomes.unexplained.push(`message ${data} in place of ${count}`)
    outcomes.note('message', true, '')
    if (isOver()) socket.close(1000)
    else socket.send(`${++count}`)
  })
  const why = await ended
  socket.terminate()
  if (why === 'closed with 1000') return
  if (/^closed with 1006|^refused with 50[23]$/.test(why)) outcomes.note('message', false, why)
  else outcomes.unexplained.push(why)
}

t.test('a service that is killed every second under load: each failure is told as what it is', async t => {
  const service = await mortal(t)
  const sockets = () => process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap').length
  const before = sockets()
  const { proxy } = await startRig(t, (_, response) => response.end(), { upstream: service.url })
  const pool = new Pool(proxy.url, { connections: 16 })
  t.teardown(() => pool.destroy())
  const outcomes = new Outcomes()
  let isOver = false
  const again = async (one: () => Promise<void>) => {
    while (!isOver) {
      await one()
      await delay(1)
    }
  }
  const kinds = ['short', 'short', 'upload', 'upload', 'counted', 'chunked'] as const
  const load = [
    ...kinds.map(kind => again(() => ask(pool, kind, outcomes))),
    ...[1, 2].map(() => again(() => echo(proxy.url, () => isOver, outcomes))),
  ]
  for (let kill = 0; kill < kills; kill++) {
    const known = { ...outcomes.whole }
    const all = () => [...kinds, 'message'].every(kind => (outcomes.whole[kind] ?? 0) > (known[kind] ?? 0))
    await Promise.all([delay(1_000), until('it answers all of them', all)])
    await service.kill()
    const told = outcomes.failures
    await until('somebody is told', () => outcomes.failures > told)
    await service.start()
  }
  isOver = true
  await Promise.all(load)
  t.comment(outcomes)
  t.same(outcomes.unexplained, [])
  const after = new Outcomes()
  for (const kind of kinds) await ask(pool, kind, after)
  t.same([after.explained, after.unexplained], [{}, []], 'all is as it was')
  await pool.close()
  await proxy[Symbol.asyncDispose]()
  await until('no connection is left', () => sockets() <= before)
})
