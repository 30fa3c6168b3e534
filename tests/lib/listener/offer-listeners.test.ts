import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { request } from 'undici'
import { inheritedListeners } from '../../../lib/listener/listen-on.ts'
import { until } from '../../until.ts'

const served = join(import.meta.dirname, 'served.ts')
const taker = join(import.meta.dirname, '../../../lib/listener/take_listeners.py')

/** A program that answers with its name; where another is named, one that takes its listening socket over. */
async function start(t: Test, room: string, name: string, before?: string) {
  const offer = join(room, `${name}.sock`)
  const own = [process.execPath, served, name, offer]
  const [program, ...args] =
    before === undefined ? own : ['python3', taker, join(room, `${before}.sock`), ...own]
  const child: ChildProcess = spawn(program ?? '', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  const [said] = await once(child.stdout ?? child, 'data')
  const [url = '', port = ''] = String(said).trim().split(' ')
  const end = async () => {
    child.kill('SIGTERM')
    const [code, signal] = await once(child, 'exit')
    t.same([code, signal], [0, null], `${name} ends in order`)
  }
  return { url, port: Number(port), offer, end }
}

const makeRoom = (t: Test): string => {
  const room = mkdtempSync(join(tmpdir(), 'listener-'))
  t.teardown(() => rmSync(room, { recursive: true, force: true }))
  return room
}

t.test('successors take over, one after the other, without a request that fails', async t => {
  const room = makeRoom(t)
  let current = await start(t, room, 'g0')
  const { url } = current
  const failures: unknown[] = []
  const answers = new Map<string, number>()
  let isOver = false
  const ask = async (reset: boolean) => {
    while (!isOver)
      await request(url, { reset })
        .then(async ({ body }) => {
          const name = await body.text()
          answers.set(name, (answers.get(name) ?? 0) + 1)
        })
        .catch(error => failures.push(error))
  }
  const loads = [true, true, false, false].map(ask)
  for (const [name, before] of [
    ['g1', 'g0'],
    ['g2', 'g1'],
    ['g3', 'g2'],
  ] as const) {
    const next = await start(t, room, name, before)
    t.same([next.url, next.port], [url, current.port], 'the same addresses')
    await until(`${name} answers`, () => answers.has(name))
    await current.end()
    t.notOk(existsSync(current.offer), 'nothing is offered any more')
    t.equal(await text(connect(next.port, '127.0.0.1')), name, 'the second socket as well')
    current = next
  }
  const last = answers.get('g2')
  await until('the last one goes on', () => (answers.get('g3') ?? 0) > 100)
  isOver = true
  await Promise.all(loads)
  t.equal(answers.get('g2'), last)
  t.same(failures, [])
})

t.test('one whose predecessor has gone listens by itself', async t => {
  const room = makeRoom(t)
  const alone = await start(t, room, 'b', 'a')
  t.equal(await request(alone.url).then(({ body }) => body.text()), 'b')
  t.equal(statSync(room).mode & 0o077, 0, 'what is offered lies where nobody else may go')
})

t.test('what a process takes over is told once, and to it alone', async t => {
  const environment: Record<string, string | undefined> = {
    DEBUG_SERVER_LISTENERS: 'plain:7,secure:8',
    PATH: '/bin',
  }
  t.same(inheritedListeners(environment), { plain: 7, secure: 8 })
  t.same(environment, { PATH: '/bin' })
  t.same(inheritedListeners(environment), {})
  for (const text of ['', 'x', '7', 'plain:', 'plain:x', 'plain:7,', 'plain:-1'])
    t.throws(() => inheritedListeners({ DEBUG_SERVER_LISTENERS: text }), /names no descriptors/, text)
})
