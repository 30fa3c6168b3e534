import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { offerSuccession } from '../../../lib/listener/offer-succession.ts'
import { until } from '../../until.ts'

t.test(
  'who only looks whether somebody listens has nobody leave; who asks is told until all have gone',
  async t => {
    const room = mkdtempSync(join(tmpdir(), 'succession-'))
    t.teardown(() => rmSync(room, { recursive: true, force: true }))
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.teardown(() => server.close())
    const left = Promise.withResolvers<void>()
    let [asked, count] = [0, 0]
    const leave = () => {
      asked++
      return left.promise
    }
    const places = { listeners: join(room, 'sock'), leave: join(room, 'end') }
    const fail = (error: Error) => t.fail(error.message)
    const offer = await offerSuccession({ leave, underWay: () => count }, { plain: server }, places, fail)

    const looking = connect(places.leave)
    await once(looking, 'connect')
    looking.destroy()
    // Those who come later are heard later.
    const asking = connect(places.leave)
    let told = ''
    asking.setEncoding('utf8').on('data', text => {
      told += text
    })
    await once(asking, 'connect')
    t.equal(asked, 0)
    t.ok(existsSync(places.listeners))
    asking.write('leave\n')
    await until('it is told that nothing is under way, and that somebody is there', () =>
      /^(?:0\n){2,}$/.test(told),
    )
    t.equal(asked, 1)
    await until('a successor that starts again listens by itself', () => !existsSync(places.listeners))
    count = 2
    await until('somebody asks who was there still', () => /^(?:0\n)+(?:2\n)+$/.test(told))
    const closed = once(asking, 'close')
    left.resolve()
    count = 0
    await closed
    t.match(told, /^(?:0\n)+(?:2\n)+0\n$/)
    await offer[Symbol.asyncDispose]()
    t.notOk(existsSync(places.leave))
  },
)
