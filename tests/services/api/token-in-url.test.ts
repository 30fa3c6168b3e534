import { Writable } from 'node:stream'
import t from 'tap'
import { WebSocket } from 'ws'
import { createLog } from '../../../lib/log.ts'
import { contract, operationNames } from '../../../services/contract/contract.ts'
import { startFrontDoor } from './front-door.ts'
import { problemOf, startRig } from './rig.ts'
import { until } from './until.ts'
import { refusalOf } from './websocket-refusal.ts'

t.test(
  'a token in a URL is refused at every address, before anything is looked up, and never logged',
  async t => {
    const rig = await startRig(t)
    const { secret } = rig.alice
    const { read } = rig.store
    rig.store.read = () => Promise.reject(new Error('the store was asked'))
    const paths = operationNames.map(name => ({
      method: contract[name].method,
      path: contract[name].path.replaceAll(/\{\w+\}/g, '@last'),
    }))
    const others = ['/metrics', '/openapi.json', '/nowhere'].map(path => ({ method: 'GET', path }))
    for (const { method, path } of [...paths, ...others])
      for (const address of [
        `${path}?token=${secret}`,
        `/api${path}?a=1&access_token=x`,
        `${path}?x=${secret}`,
      ]) {
        const answer = await rig.send(address, { method, token: rig.admin })
        t.match(problemOf(t, answer), { code: 'token_in_url', detail: /revoke it/ }, `${method} ${address}`)
        t.notMatch(answer.text, secret)
      }
    for (const path of ['/events', '/sessions/@last/logs', '/sessions/@last/debug', '/nowhere']) {
      const socket = new WebSocket(`${rig.api.url.replace('http', 'ws')}${path}?auth_token=${secret}`)
      t.equal(problemOf(t, await refusalOf(socket)).code, 'token_in_url', path)
    }
    t.notMatch(rig.logged.join(''), secret)
    rig.store.read = read
    t.equal((await rig.send('/whoami')).status, 200, 'and the token itself is as it was')
  },
)

t.test('nor does the front door pass it on, or log it', async t => {
  const rig = await startRig(t)
  const logged: string[] = []
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      logged.push(`${chunk}`)
      done()
    },
  })
  const proxy = await startFrontDoor(t, rig, { log: createLog('proxy', sink) })
  const { secret } = rig.alice
  for (const path of ['/api/events', '/healthz', '/metrics']) {
    const answer = await fetch(`${proxy.url}${path}?token=${secret}`)
    t.equal(answer.status, 400, path)
    t.match(await answer.text(), '"token_in_url"')
  }
  const socket = new WebSocket(`${proxy.url.replace('http', 'ws')}/api/events?token=${secret}`)
  t.equal(problemOf(t, await refusalOf(socket)).code, 'token_in_url')
  t.equal(rig.logged.filter(line => line.includes('"route"')).length, 0, 'the API was asked nothing')
  await rig.api[Symbol.asyncDispose]()
  await fetch(`${proxy.url}/api/events?ticket=dtk_hunter2`)
  await until(() => logged.join('').includes('the upstream gave no answer'), 'what failed is logged')
  t.notMatch(logged.join(''), /hunter2|dst_/)
})
