import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import t from 'tap'
import { comesFrom } from '../../../../../services/runner/debug/delve/comes-from.ts'

const mark = { variable: 'DEBUG_SERVER_DELVE', secret: 'one that nobody knows' }
const script = "require('node:net').connect(Number(process.argv[1]), '127.0.0.1')"

t.test(
  'a connection is known by what its process was started with',
  { skip: process.platform !== 'linux' },
  async t => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    t.teardown(() => server.close())
    const start = async (environment: NodeJS.ProcessEnv): Promise<Socket> => {
      const child = spawn(process.execPath, ['-e', script, String(port)], {
        env: environment,
        stdio: 'ignore',
      })
      t.teardown(() => child.kill('SIGKILL'))
      const [socket] = await once(server, 'connection')
      t.teardown(() => socket.destroy())
      return socket
    }
    const theirs = await start({ [mark.variable]: mark.secret })
    t.ok(comesFrom(theirs, mark), 'the one that was meant')
    t.notOk(comesFrom(await start({ [mark.variable]: 'guessed' }), mark), 'one that does not know it')
    t.notOk(comesFrom(await start({}), mark), 'one without anything')
    t.ok(comesFrom(theirs, mark), 'whoever else has come')
    const own = connect(port, '127.0.0.1')
    const [ours] = await once(server, 'connection')
    t.notOk(comesFrom(ours, mark), 'this process itself')
    own.destroy()
    ours.destroy()
    t.notOk(comesFrom({ remotePort: 1, remoteAddress: '127.0.0.1', localPort: port }, mark), 'nobody')
  },
)
