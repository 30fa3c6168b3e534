import { createServer } from 'node:net'
import t from 'tap'
import { choosePort } from '../../../tasks/services/ports.ts'
import { serviceEnvironment } from '../../../tasks/services/service-environment.ts'

const host = '127.0.0.1'

t.test(
  'a wanted port that is free is taken; a taken one is replaced, or refused when it was asked for',
  async t => {
    const server = createServer()
    const port = await new Promise<number>(resolve =>
      server.listen(0, host, () => {
        const address = server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      }),
    )
    const replaced = await choosePort({ service: 'api', host, port, asked: false })
    t.equal(replaced.insteadOf, port)
    t.not(replaced.port, port)
    await t.rejects(choosePort({ service: 'api', host, port, asked: true }), {
      name: 'UserError',
      message: `port ${port}, which was asked for as api.port, is in use`,
    })
    await new Promise(resolve => server.close(resolve))
    t.same(await choosePort({ service: 'api', host, port, asked: true }), { port })
    t.ok((await choosePort({ service: 'api', host, port: 0, asked: true })).port > 0)
  },
)

t.test('an address that is not this host is named with its setting', async t => {
  await t.rejects(choosePort({ service: 'proxy', host: '192.0.2.1', port: 9090, asked: false }), {
    name: 'UserError',
    fix: /proxy\.host/,
  })
})

t.test('services see what they need of a shell and no secret of it', async t => {
  const shell = {
    PATH: '/bin',
    HOME: '/home/me',
    AWS_SECRET_ACCESS_KEY: 'x',
    DEBUG_SERVER_TOKEN: 'x',
    DEBUG_SERVER__API__PORT: '1',
    NODE_OPTIONS: '--inspect',
    TZ: undefined,
  }
  t.same(serviceEnvironment(shell), { PATH: '/bin', HOME: '/home/me', DEBUG_SERVER__API__PORT: '1' })
})
