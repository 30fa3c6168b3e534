import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { type Bridge, bridged, RequestRefused } from '../../../../services/runner/debug/bridge.ts'
import { openly } from '../../../../services/runner/sandbox/enclosure.ts'
import { scopeOf } from './live-rig.ts'

const anything = z.unknown().optional()

function open(test: Test, handlers: Bridge['handlers']) {
  const events: string[] = []
  let closed = (_why: string) => {}
  let disposed = 0
  const adapter = bridged(opening => {
    closed = opening.closed
    opening.event('opened', {})
    return { handlers, stderr: 'its stderr', [Symbol.asyncDispose]: async () => void disposed++ }
  })({
    scope: scopeOf(test),
    place: {
      ...{ worktree: '/', directory: '/', environment: {}, enclosure: openly },
      meeting: () => ({ outside: '/', inside: '/' }),
    },
    event: name => events.push(name),
    child: child => child.release(),
  })
  return {
    adapter,
    client: adapter.client,
    events,
    close: (why: string) => closed(why),
    ended: () => disposed,
  }
}

t.test(
  'requests are handled in the turn in which they are made, and answered as handlers answer',
  async t => {
    const asked: string[] = []
    const { client, events } = open(t, {
      one: parameters => {
        asked.push(`one ${JSON.stringify(parameters)}`)
        return { of: 1 }
      },
      two: async () => {
        asked.push('two')
        throw new RequestRefused('not now')
      },
    })
    const one = client.request('one', { a: 1 }, z.object({ of: z.int() }), 1_000)
    const two = client.request('two', {}, anything, 1_000)
    t.same(asked, ['one {"a":1}', 'two'])
    t.same(await one, { kind: 'done', body: { of: 1 } })
    t.same(await two, { kind: 'refused', message: 'not now' })
    t.same(await client.request('toString', {}, anything, 1_000), {
      kind: 'refused',
      message: 'this debugger knows no toString',
    })
    t.match(await client.request('one', {}, z.object({ of: z.string() }), 1_000), {
      kind: 'refused',
      message: 'its answer to one cannot be read',
    })
    t.same(events, ['opened'])
  },
)

t.test('a late answer is told of as such, once', async t => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const { client, close } = open(t, { slow: () => promise, never: () => new Promise(() => {}) })
  let late = 0
  t.same(await client.request('slow', {}, anything, 10, { answeredLate: () => late++ }), { kind: 'late' })
  t.equal(late, 0)
  resolve('done')
  await delay(0)
  t.equal(late, 1)
  t.same(await client.request('never', {}, anything, 10, { answeredLate: () => late++ }), { kind: 'late' })
  close('gone')
  t.equal(late, 2, 'or that it comes no more')
})

t.test('what is closed answers nothing more, and says why', async t => {
  const { adapter, client, close, ended } = open(t, { wait: () => new Promise(() => {}) })
  const waiting = client.request('wait', {}, anything, 10_000)
  close('the debugger ended')
  close('a second reason')
  t.same(await waiting, { kind: 'closed', why: 'the debugger ended' })
  t.equal(await client.closed, 'the debugger ended')
  t.same(await client.request('wait', {}, anything, 1_000), { kind: 'closed', why: 'the debugger ended' })
  t.equal(adapter.stderr, 'its stderr')
  t.equal(ended(), 0)
  await adapter[Symbol.asyncDispose]()
  t.equal(ended(), 1)
})

t.test('a mistake of the bridge closes it', async t => {
  const { client } = open(t, {
    bad: () => {
      throw new TypeError('no such thing')
    },
  })
  const why = 'the bridge failed at bad: no such thing'
  t.same(await client.request('bad', {}, anything, 1_000), { kind: 'closed', why })
  t.equal(await client.closed, why)
})
