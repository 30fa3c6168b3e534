import { createServer, type RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { Agent } from 'undici'
import { ownOriginRequest } from '../../../../../services/proxy/gateway/upstream/own-origin-request.ts'
import { listen } from '../../rig.ts'

async function start(t: Test, answer: RequestListener): Promise<string> {
  const http = createServer(answer)
  t.teardown(() => http.close())
  return `http://127.0.0.1:${await listen(http, 0)}`
}

t.test('redirections are followed within an origin alone', async t => {
  const asked: string[] = []
  const elsewhere = await start(t, (_, response) => {
    asked.push('elsewhere')
    response.end()
  })
  const url = await start(t, async (request, response) => {
    const [, status, to = ''] = /^\/(\d+)\/(.*)$/.exec(request.url ?? '') ?? []
    const [, coding] = /^\/coded\/(.*)$/.exec(request.url ?? '') ?? []
    if (coding !== undefined) response.writeHead(200, { 'content-encoding': coding }).end('x')
    else if (status !== undefined)
      response.writeHead(Number(status), { location: decodeURIComponent(to) }).end()
    else response.end(`${request.method} ${request.headers.key} ${await text(request)}`)
  })
  const agent = new Agent()
  t.teardown(() => agent.destroy())
  const ask = async (path: string, method = 'POST') => {
    const sent = method === 'POST' ? { body: 'x' } : {}
    const answer = await ownOriginRequest(agent)(`${url}${path}`, { method, headers: { key: 'k' }, ...sent })
    return `${answer.statusCode} ${await answer.body.text()}`
  }
  t.equal(await ask('/mcp'), '200 POST k x')
  t.equal(await ask('/307/%2Fmcp%2F'), '200 POST k x')
  t.equal(await ask('/302/%2Fmcp%2F', 'GET'), '200 GET k ')
  t.equal(await ask('/302/%2Fmcp%2F'), '302 ', 'it would be no POST any more')
  const away = encodeURIComponent(`${elsewhere}/mcp`)
  for (const status of [307, 308]) await t.rejects(ask(`/${status}/${away}`), /leads to another address/)
  await t.rejects(ask(`/301/${away}`, 'GET'), /leads to another address \(http:\/\/127/)
  await t.rejects(ask('/307/http%3A%2F%2F'), /leads to another address \(none\)/)
  await t.rejects(ask('/307/'), /without end/)
  t.same(asked, [])
  await t.rejects(ask('/coded/GZip'), /the coding GZip/)
  for (const none of ['Identity', 'utf-8', '']) t.equal(await ask(`/coded/${none}`), '200 x', none)
})
