import t from 'tap'
import { request } from 'undici'
import { startRig } from './rig.ts'

t.test(
  'a browser hands answers to pages of the origins that may use the gateway, and to no others',
  async t => {
    const rig = await startRig(t, '[gateway]\norigins = ["https://agent.example.org"]')
    const ask = async (method: 'OPTIONS' | 'POST', origin: string, more: Record<string, string> = {}) => {
      const params = {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'x', version: '1' },
      }
      const { statusCode, headers, body } = await request(`${rig.proxy.url}/mcp`, {
        method,
        headers: {
          ...{ origin, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
          ...more,
        },
        ...(method === 'POST'
          ? { body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }) }
          : {}),
      })
      await body.dump()
      return { statusCode, headers }
    }
    const [ours, other] = ['https://agent.example.org', 'https://elsewhere.example.org']
    const before = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    }
    t.match(await ask('OPTIONS', ours, before), {
      statusCode: 204,
      headers: {
        'access-control-allow-origin': ours,
        'access-control-allow-headers': /authorization.*mcp-session-id/,
        'access-control-allow-methods': /POST/,
      },
    })
    const authorization = `Bearer ${rig.secret}`
    const answered = await ask('POST', ours, { authorization })
    t.match(answered, { statusCode: 200, headers: { 'access-control-allow-origin': ours } })
    t.match(answered.headers['access-control-expose-headers'], /mcp-session-id/)
    t.ok(answered.headers['mcp-session-id'])
    t.match(await ask('POST', ours), { statusCode: 401, headers: { 'access-control-allow-origin': ours } })
    for (const refused of [
      await ask('OPTIONS', other, before),
      await ask('POST', other, { authorization }),
    ]) {
      t.equal(refused.statusCode, 403)
      t.equal(refused.headers['access-control-allow-origin'], undefined)
    }
  },
)
