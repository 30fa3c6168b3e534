import t from 'tap'
import { ConnectionError } from '../../../client/sdk/connection-error.ts'
import { ProblemError } from '../../../client/sdk/problem-error.ts'
import { resumingLog } from '../../../client/sdk/resuming-log.ts'
import { backoff } from '../../../client/sdk/retry.ts'
import type { LogMessage } from '../../../services/contract/log-message.ts'
import { problemDocument } from '../../../services/contract/problems.ts'
import { end, output, state } from '../samples.ts'

/** A minute in which nothing comes. */
const minute = 'minute'
type Connection = readonly (LogMessage | Error | typeof minute)[] | Error

const dropped = new ConnectionError('dropped', 'http://x', 'the connection was reset', 'check')

/** Plays connections one after the other; an Error in the middle breaks one off. */
function play(connections: readonly Connection[], input = { session: 'ses_0123456789ab', follow: true }) {
  const asked: unknown[] = []
  const pauses: number[] = []
  let time = 0
  const log = resumingLog({
    input,
    baseUrl: 'http://x',
    open: async next => {
      const connection = connections[asked.push(next) - 1] ?? dropped
      if (connection instanceof Error) throw connection
      return (async function* () {
        for (const message of connection) {
          if (message instanceof Error) throw message
          if (message === minute) time += 60_000
          else yield message
        }
      })()
    },
    elapsed: () => time,
    pause: async milliseconds => {
      pauses.push(milliseconds)
    },
  })
  return { log, asked, pauses }
}

const all = async (log: AsyncIterable<LogMessage>) => {
  const messages: LogMessage[] = []
  for await (const message of log) messages.push(message)
  return messages
}

t.test('a connection that breaks is made anew, and no byte comes twice', async t => {
  const { log, asked, pauses } = play([
    [state('running'), output(0, 'one\n'), dropped],
    dropped,
    [state('running'), output(0, 'one\ntwo\n')],
    [state('succeeded', 0), output(0, 'one\ntwo\n'), state('succeeded', 0), end()],
  ])
  const messages = await all(log)
  t.same(
    messages.map(message => ('text' in message ? message.text : message.type)),
    ['command', 'one\n', 'command', 'two\n', 'command', 'end'],
  )
  t.equal(asked.length, 4)
  t.same(pauses, [100, 200, 100], 'progress begins the waiting anew')
})

t.test('a server that restarts or calls the reader slow ends nothing', async t => {
  const { log } = play([
    [output(0, 'a'), end('server_stopping')],
    [output(0, 'ab'), end('slow_reader')],
    [output(0, 'abc'), end('session_ended')],
  ])
  t.same(
    (await all(log)).map(message => ('text' in message ? message.text : message.type)),
    ['a', 'b', 'c', 'end'],
  )
})

t.test('it gives up in the end, with the last reason', async t => {
  const { log, asked, pauses } = play([[output(0, 'a')]])
  await t.rejects(all(log), { name: 'ConnectionError', kind: 'dropped', message: /connection was reset/ })
  t.equal(asked.length, 41)
  t.same(
    pauses,
    Array.from({ length: 40 }, (_, i) => backoff(i + 1)),
  )
})

t.test('a log that is silent for hours outlives as many connections as that takes', async t => {
  const silent = [minute, dropped] as const
  const { log, pauses } = play([
    [output(0, 'a')],
    ...Array.from({ length: 100 }, () => silent),
    [output(0, 'ab'), end()],
  ])
  t.equal((await all(log)).length, 3)
  t.ok(pauses.every(pause => pause === 100))
})

t.test('what fails before the first answer, or for good, is not tried again', async t => {
  const first = play([dropped, [end()]])
  await t.rejects(all(first.log), { name: 'ConnectionError', kind: 'dropped' })
  t.equal(first.asked.length, 1)

  const gone = new ProblemError(problemDocument('session_not_found', 'no session'))
  const deleted = play([[output(0, 'a')], gone, [end()]])
  await t.rejects(all(deleted.log), { code: 'session_not_found' })
  t.equal(deleted.asked.length, 2)

  const restarting = new ProblemError(problemDocument('upstream_unavailable', 'no API'))
  t.equal((await all(play([[output(0, 'a')], restarting, [end()]]).log)).length, 2)
})

t.test('the waiting grows and stays bounded', t => {
  t.same([1, 2, 3, 4, 5, 20].map(backoff), [100, 200, 400, 800, 1_000, 1_000])
  t.end()
})
