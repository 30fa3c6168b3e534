import t from 'tap'
import { session } from '../samples.ts'
import { Refusal, standIn } from '../stand-in-server.ts'
import { cli } from './rig.ts'

const token = 'dbg_0123456789abcdefghij_WXYZ'

t.test('--verbose tells every request and each repetition, and no secret', async t => {
  const server = await standIn({
    'sessions.get': (_, { response, index }) => {
      response.setHeader('x-request-id', `req_${index}`)
      if (index > 0) return session()
      response.writeHead(429, { 'retry-after': '0' }).end()
      return undefined
    },
  })
  t.teardown(() => server[Symbol.asyncDispose]())
  const environment = { DEBUG_SERVER_URL: server.url, DEBUG_SERVER_TOKEN: token }
  const quiet = await cli(['session', 'get', '@last'], { environment })
  t.match(quiet, { code: 0, stderr: '' }, 'it is repeated all the same')
  const { code, stdout, stderr } = await cli(['session', 'get', '@last', '--verbose', '--json'], {
    environment,
  })
  t.equal(code, 0)
  t.equal(JSON.parse(stdout).id, 'ses_0123456789ab')
  t.match(stderr.split('\n'), [
    `server ${server.url} (environment), token ****WXYZ (environment)`,
    /^GET \/sessions\/%40last: 200 in \d+ ms, request req_2$/,
    '',
  ])
  t.notMatch(stderr, token)
})

t.test('the first of them is told with its repetition', async t => {
  const server = await standIn({
    'sessions.list': (_, { response, index }) => {
      if (index > 0) throw new Refusal('insufficient_scope', 'the token lacks sessions:read')
      response.writeHead(503, { 'retry-after': '0' }).end()
      return undefined
    },
  })
  t.teardown(() => server[Symbol.asyncDispose]())
  const environment = { DEBUG_SERVER_URL: server.url, DEBUG_SERVER_TOKEN: token }
  const { code, stderr } = await cli(['session', 'list', '--verbose'], { environment })
  t.equal(code, 3)
  t.match(
    stderr,
    /GET \/sessions: 503 in \d+ ms\nGET \/sessions: 503, asking again in \d+ ms\nGET \/sessions: 403 in/,
  )
})

t.test('a server that is not there is told as well', async t => {
  const environment = { DEBUG_SERVER_URL: 'http://127.0.0.1:1', DEBUG_SERVER_TOKEN: token }
  const { code, stderr } = await cli(['session', 'list', '--verbose'], { environment })
  t.equal(code, 5)
  t.match(stderr, /GET \/sessions: failed after \d+ ms: http:\/\/127\.0\.0\.1:1: nothing listens there/)
})
