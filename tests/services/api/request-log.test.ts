import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { createLog } from '../../../lib/log.ts'
import { withSubject } from '../../../lib/subject.ts'
import type { RequestFacts } from '../../../services/api/metrics.ts'
import { RequestLog } from '../../../services/api/request-log.ts'

const facts = (request: string, status = 200): RequestFacts => ({
  ...{ request, method: 'GET', route: '/whoami', status, ms: 1.23456, address: null, credential: undefined },
})

t.test('requests that end in one moment are counted, and each has a line about itself', async t => {
  const lines: string[] = []
  const counted: string[] = []
  const log = new RequestLog({
    log: createLog('api', { write: line => void lines.push(line) }),
    metrics: { request: ({ request }) => void counted.push(request) },
  })
  withSubject({ request: 'one', session: 'ses_1', command: 'cmd_1' }, () => log.note(facts('one')))
  withSubject({ request: 'two', session: 'ses_2' }, () => log.note(facts('two', 503)))
  log.note(facts('three'))
  await setImmediate()
  const told = lines.map(line => JSON.parse(line))
  t.match(told, [
    { level: 30, msg: 'request', request: 'one', session: 'ses_1', command: 'cmd_1', ms: 1.235 },
    { level: 50, request: 'two', session: 'ses_2', command: undefined },
    { level: 30, request: 'three', session: undefined, command: undefined },
  ])
  t.same(counted, ['one', 'two', 'three'])
  log.note(facts('four'))
  await setImmediate()
  t.equal(lines.length, 4)
})
