import t from 'tap'
import { bytesOf, withoutFirst } from '../../../client/sdk/log-bytes.ts'
import { LogProgress } from '../../../client/sdk/log-progress.ts'
import { binary, output, state } from '../samples.ts'

t.test('one stream of one command is asked for from the next byte on', t => {
  const progress = new LogProgress({ session: 's', command: 'cmd_01', stream: 'stdout', offset: 10 })
  t.same(progress.inputToGoOn().offset, 10)
  t.ok(progress.take(output(10, 'héllo')))
  t.same(
    progress.inputToGoOn(),
    { session: 's', command: 'cmd_0123456789ab', stream: 'stdout', offset: 16 },
    'the beginning of an id has become the id, offsets count bytes',
  )
  t.end()
})

t.test('anything else is asked for again, and what was delivered is skipped', t => {
  const input = { session: 's', follow: true }
  const progress = new LogProgress(input)
  t.same(progress.inputToGoOn(), input)
  t.ok(progress.take(state('running')))
  t.ok(progress.take(output(0, 'abc')))
  t.ok(progress.take(output(0, 'xy', 'stderr')), 'streams are counted apart')
  t.same(progress.inputToGoOn(), input)
  t.ok(progress.take(state('running')), 'a state may be told again after output')
  t.equal(progress.take(state('running')), undefined)
  t.equal(progress.take(output(0, 'ab')), undefined)
  t.match(progress.take(output(2, 'cd')), { offset: 3, bytes: 1, text: 'd' })
  t.equal(progress.take(output(0, 'xy', 'stderr')), undefined)
  t.match(progress.take(output(2, 'z', 'stderr')), { offset: 2, text: 'z' })
  t.ok(progress.take(state('succeeded', 0)))
  t.equal(progress.take(state('succeeded', 0)), undefined)
  t.end()
})

t.test('on the first connection everything passes as it came', t => {
  const progress = new LogProgress({ session: 's' })
  progress.inputToGoOn()
  for (const message of [state('succeeded', 0), state('succeeded', 0), output(0, ''), output(5, 'gap')])
    t.equal(progress.take(message), message)
  t.end()
})

t.test('a chunk can be cut anywhere', t => {
  const chunk = output(4, 'aé')
  if (chunk.type !== 'output') throw new Error('no output')
  t.same(withoutFirst(chunk, 1), output(5, 'é'))
  const half = withoutFirst(chunk, 2)
  t.match(half, { offset: 6, bytes: 1, base64: 'qQ==' }, 'half a character is not text')
  t.same(Buffer.from(bytesOf(half)), Buffer.from([0xa9]))
  const raw = binary(0, Buffer.from([0xff, 0x00, 0x41]))
  if (raw.type !== 'output') throw new Error('no output')
  t.same(Buffer.from(bytesOf(raw)), Buffer.from([0xff, 0x00, 0x41]))
  t.match(withoutFirst(raw, 2), { offset: 2, bytes: 1, text: 'A' })
  t.end()
})
