import t from 'tap'
import { instanceId } from '../../../services/contract/ids.ts'
import { page } from '../samples.ts'
import { Refusal, standIn } from '../stand-in-server.ts'
import { at, cli } from './rig.ts'

const instance = instanceId.schema.parse('ins_0123456789ab')
const runner = { id: instance, status: 'ready', connected: true } as const
const health = () => ({ status: 'ok', service: 'api', instance, version: '1.2.3' }) as const
const ready = () => ({ status: 'ready' as const, instance, store: 'ready' as const, runners: [runner] })

t.test('the server is asked how it is, without a token', async t => {
  await using server = await standIn({ 'server.health': health, 'server.readiness': ready })
  const environment = { DEBUG_SERVER_URL: server.url }
  const { code, stdout, stderr } = await cli(['status'], { environment })
  t.same([code, stderr], [0, ''])
  t.match(stdout, `server    ${server.url} (environment)\nstatus    ready\nversion   1.2.3\n`)
  t.same((await cli(['server', 'status'], { environment })).stdout, stdout)
  t.match(JSON.parse((await cli(['status', '--json'], { environment: at(server.url) })).stdout), {
    ...{
      base_url: server.url,
      status: 'ready',
      version: '1.2.3',
      store: 'ready',
      runners: [runner],
      reason: null,
    },
  })
  t.notOk(
    server.received.some(({ authorization }) => authorization !== undefined),
    'nobody says who they are, even who could',
  )
})

t.test('in a terminal a server that takes its time is waited for with a sign of life', async t => {
  await using server = await standIn({
    'sessions.list': (_, { response }) => {
      setTimeout(() => response.end(JSON.stringify(page())), 1_300)
      response.setHeader('content-type', 'application/json')
      return undefined
    },
  })
  const list = (options: { terminal?: number }, ...more: string[]) =>
    cli(['session', 'list', ...more], { environment: at(server.url), ...options })
  const [seen, piped, json] = await Promise.all([
    list({ terminal: 80 }),
    list({}),
    list({ terminal: 80 }, '--json'),
  ])
  t.match(seen, { code: 0, stdout: 'no sessions\n', stderr: /waiting for the server/ })
  t.ok(seen.stderr.endsWith('\r\x1b[K'), 'which goes away')
  for (const quiet of [piped, json]) t.match(quiet, { code: 0, stderr: '' })
})

t.test('one that cannot work, and one that is not there, are told apart', async t => {
  await using server = await standIn({
    'server.health': health,
    'server.readiness': () => {
      throw new Refusal('not_ready', 'no runner is connected')
    },
  })
  const environment = { DEBUG_SERVER_URL: server.url }
  const result = await cli(['status'], { environment })
  t.match(result, { code: 1, stdout: /status +not ready\n/, stderr: /is not ready: no runner is connected/ })
  const json = await cli(['status', '--json'], { environment })
  t.match(JSON.parse(json.stdout), { status: 'not_ready', reason: 'no runner is connected' })
  t.match(JSON.parse(json.stderr), { code: 'not_ready' })
  t.match(await cli(['status', '--base-url', 'http://127.0.0.1:1']), { code: 5, stderr: /nothing listens/ })
  t.match(await cli(['status']), { code: 3, stderr: /no server configured/ })
})
