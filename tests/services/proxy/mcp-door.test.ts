import type { IncomingMessage, ServerResponse } from 'node:http'
import { pino } from 'pino'
import t from 'tap'
import type { Gateway } from '../../../services/proxy/gateway/gateway.ts'
import { McpDoor } from '../../../services/proxy/mcp-door.ts'

t.test('who asks while the gateway is loaded, or has not been read yet, is under way', async t => {
  const opening = Promise.withResolvers<Gateway>()
  const read = Promise.withResolvers<void>()
  let hasLeft = false
  const gateway: Gateway = {
    underWay: 2,
    answer: () => read.promise,
    leave: () => {
      hasLeft = true
    },
    [Symbol.asyncDispose]: async () => {},
  }
  const door = new McpDoor(() => opening.promise, pino({ level: 'silent' }))
  t.equal(door.underWay, 0)
  const [request, response] = [{} as IncomingMessage, {} as ServerResponse] // looked at by the gateway alone
  const answered = door.answer({ request, response, path: '/mcp', host: undefined, address: undefined })
  t.equal(door.underWay, 1)
  door.leave()
  opening.resolve(gateway)
  read.resolve()
  await answered
  t.ok(hasLeft)
  t.equal(door.underWay, 2, 'what the gateway knows')
})
