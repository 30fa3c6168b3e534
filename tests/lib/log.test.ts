import t from 'tap'
import { createLog, scrubbed } from '../../lib/log.ts'
import { note, withSubject } from '../../lib/subject.ts'

function logged() {
  const lines: string[] = []
  return { lines, log: createLog('test', { write: line => void lines.push(line) }) }
}

t.test('each line is one JSON object with the ids of what the work is about', async t => {
  const { lines, log } = logged()
  log.info('before')
  await withSubject({ request: 'req_1' }, async () => {
    log.info('known: the request')
    await new Promise(resolve => setImmediate(resolve))
    note({ session: 'ses_1' })
    await withSubject({ command: 'cmd_1' }, async () => log.info({ request: 'own' }, 'another work'))
    log.info('known: the session')
  })
  note({ session: 'nobody' })
  log.info('after')
  const told = lines.map(line => JSON.parse(line))
  t.strictSame(
    told.map(({ request, session, command, msg }) => ({ request, session, command, msg })),
    [
      { request: undefined, session: undefined, command: undefined, msg: 'before' },
      { request: 'req_1', session: undefined, command: undefined, msg: 'known: the request' },
      { request: 'own', session: undefined, command: 'cmd_1', msg: 'another work' },
      { request: 'req_1', session: 'ses_1', command: undefined, msg: 'known: the session' },
      { request: undefined, session: undefined, command: undefined, msg: 'after' },
    ],
  )
  t.equal(told[0].name, 'test')
})

t.test('no secret comes through, wherever it stands', t => {
  const token = `dst_${'Ab1_-'.repeat(9)}`
  const { lines, log } = logged()
  log.error({ err: new Error(`refused ${token}`), url: 'https://user:pa55@example.org/x' }, `Bearer ${token}`)
  log.info({ headers: { authorization: 'Basic dXNlcjpwYTU1d29yZA==' } }, 'ssh://git@example.org/y')
  const text = lines.join('')
  for (const secret of [token, 'pa55', 'dXNlcjpwYTU1d29yZA']) t.notMatch(text, secret)
  t.match(text, 'https://***@example.org/x')
  for (const line of lines) t.type(JSON.parse(line), 'object')
  t.end()
})

t.test('what is no secret stays', t => {
  const line = '{"msg":"the bearer of this","url":"https://example.org/a@b","mail":"somebody@example.org"}'
  t.equal(scrubbed(line), line)
  t.end()
})
