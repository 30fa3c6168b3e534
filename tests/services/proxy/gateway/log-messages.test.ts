import t from 'tap'
import { LogMessages } from '../../../../services/proxy/gateway/log-messages.ts'

t.test('a hundred messages a second are told, and of others that they were', async t => {
  let now = 0
  const messages = new LogMessages(() => now)
  const told = Array.from({ length: 150 }, () => messages.told('one', { level: 'info', data: 'x' }))
  t.equal(told.flat().length, 100)
  now = 1_000
  t.same(messages.told('one', { level: 'error', data: 'y' }), [
    { level: 'warning', logger: 'one', data: '50 messages were left out' },
    { level: 'error', logger: 'one', data: 'y' },
  ])
  t.equal(messages.told('one', { level: 'info', data: 'x' }).length, 1)
})

t.test('without a wish there is no debugging, with one what is not less than that', async t => {
  const messages = new LogMessages(() => 0)
  const levels = ['debug', 'info', 'emergency'] as const
  const told = () => levels.flatMap(level => messages.told('one', { level, data: '' }).map(one => one.level))
  t.same(told(), ['info', 'emergency'])
  messages.level = 'debug'
  t.same(told(), levels)
  messages.level = 'alert'
  t.same(told(), ['emergency'])
})

t.test('what is long or nests is cut', async t => {
  const messages = new LogMessages(() => 0)
  const data = (given: unknown) => messages.told('one', { level: 'info', data: given })[0]?.data
  t.equal(String(data('x'.repeat(100_000))).length, 10_001)
  t.same(data({ a: 1 }), { a: 1 })
  t.equal(data(JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`)), 'what nests without end')
  t.match(messages.told('one', { level: 'info', logger: 'x'.repeat(1_000), data: null }), [
    { logger: /^one\/x{200}$/ },
  ])
})
