import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { DelvePort } from '../../../../../services/runner/debug/delve/delve-port.ts'

/** Those whom it takes for Delve are told by the number of the connection. */
async function opened(t: Test, delve: number) {
  const port = new DelvePort(() => ++seen === delve)
  let seen = 0
  t.teardown(() => port[Symbol.dispose]())
  const number = await port.number
  const come = () => {
    const socket = connect(number, '127.0.0.1').on('error', () => undefined)
    t.teardown(() => socket.destroy())
    return socket
  }
  return { port, come, seen: () => seen }
}

/** Or does not come in. */
const isTurnedAway = (socket: Socket) =>
  new Promise<void>(resolve => void socket.resume().once('close', () => resolve()))

t.test('whoever comes before Delve is turned away, and nobody comes after it', async t => {
  const { port, come, seen } = await opened(t, 31)
  for (let i = 1; i <= 30; i++) await isTurnedAway(come())
  const delve = come()
  const connected = await port.connected
  connected.write('initialize')
  const [heard] = await once(delve, 'data')
  t.equal(String(heard), 'initialize')
  await isTurnedAway(come())
  t.equal(seen(), 31)
})

t.test('it is given up where nobody can tell who has come', async t => {
  const port = new DelvePort(() => {
    throw new Error('EMFILE: too many open files')
  })
  t.teardown(() => port[Symbol.dispose]())
  const why = t.rejects(port.connected, {
    message: 'who has come cannot be told: EMFILE: too many open files',
  })
  await isTurnedAway(connect(await port.number, '127.0.0.1').on('error', () => undefined))
  await why
})

t.test('it is given up where too many others come', async t => {
  const { port, come } = await opened(t, -1)
  const why = t.rejects(port.connected, { message: '100 others have come in its place' })
  for (let i = 1; i <= 100; i++) await isTurnedAway(come())
  await why
  await isTurnedAway(come())
})

t.test('it is closed when nobody waits for Delve any more', async t => {
  const { port, come } = await opened(t, 1)
  port.giveUp('it has not come for 20 seconds')
  await t.rejects(port.connected, { message: 'it has not come for 20 seconds' })
  await isTurnedAway(come())
})

t.test('Delve that nobody has taken goes with it', async t => {
  const { port, come } = await opened(t, 1)
  const delve = come()
  await port.connected
  port[Symbol.dispose]()
  await isTurnedAway(delve)
})
