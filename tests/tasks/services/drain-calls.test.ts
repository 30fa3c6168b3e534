import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createInstance } from '../../../services/store/registration.ts'
import { drainCalls } from '../../../tasks/services/drain-calls.ts'
import { oneThatLeaves } from './one-that-leaves.ts'

/** One that is asked to leave, and does what the test says; what is logged meanwhile. */
async function leaving(t: Test, asked: (by: Socket) => void) {
  const room = realpathSync(mkdtempSync(join(tmpdir(), 'drain-')))
  const workspace = { runnerSocket: join(room, 'sockets', 'runner.sock') }
  const instance = createInstance()
  await oneThatLeaves(t, workspace, instance, asked)
  t.teardown(() => rmSync(room, { recursive: true }))
  const logged: string[] = []
  const drain = (options: { signal?: AbortSignal; silenceMs?: number } = {}) =>
    drainCalls(
      { instance, service: 'api' },
      {
        ...{ workspace, drainMs: 60_000, signal: new AbortController().signal },
        ...options,
        log: line => logged.push(line),
      },
    )
  return { drain, logged }
}

t.test('it is waited for as long as something is under way, which is said once', async t => {
  const { drain, logged } = await leaving(t, by => {
    by.write('2\n2\n1\n')
    by.end('0\n')
  })
  await drain()
  t.match(logged, [
    /^waiting up to 60 s for 2 requests under way at the api before; --drain 0 does not wait$/,
  ])
  t.equal(logged.length, 1)
})

t.test(
  'one that is stopped or hangs is not waited for, before it has said anything or after that',
  async t => {
    const mute = await leaving(t, () => undefined)
    await mute.drain({ silenceMs: 50 })
    t.same(mute.logged, ['the api before has not answered for 0.05 s; it is not waited for'])
    const stopped = await leaving(t, by => by.write('1\n'))
    await stopped.drain({ silenceMs: 500 })
    t.match(stopped.logged, [/^waiting/, /has not answered for 0.5 s/, 'ends with the api: 1 request'])
  },
)

t.test('a sign of life each second is enough', async t => {
  const { drain, logged } = await leaving(t, by => {
    let said = 0
    const saying = setInterval(() => {
      if (said++ < 10) return void by.write('1\n')
      clearInterval(saying)
      by.end('0\n')
    }, 100)
  })
  await drain({ silenceMs: 700 })
  t.equal(logged.length, 1)
})

t.test('who does not want to wait any longer does not', async t => {
  const given = new AbortController()
  const { drain } = await leaving(t, by => {
    by.write('1\n')
    given.abort(new Error('given up'))
  })
  await t.rejects(drain({ signal: given.signal }), { message: 'given up' })
})
