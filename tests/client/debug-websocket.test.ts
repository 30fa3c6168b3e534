import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { createClient } from '../../client/sdk/client.ts'
import { demoRepository, realServer } from './real-server.ts'

/** The example of docs/debugging-websocket.md as it stands there, against a real API, runner and debugger. */
t.setTimeout(60_000)

const guide = resolve(import.meta.dirname, '../../docs/debugging-websocket.md')

async function example(): Promise<string> {
  const [, code] = /```js\n(.*?)```/s.exec(await readFile(guide, 'utf8')) ?? []
  if (code === undefined) throw new Error('there is no example')
  return code
}

t.test('the example of the guide does what it says', async t => {
  const server = await realServer(t)
  const repository = await demoRepository(server.directory)
  const client = createClient({ baseUrl: server.url, token: server.token })
  t.teardown(() => client[Symbol.asyncDispose]())
  await client.repositories.add({ url: repository, name: 'demo', wait: 20 })
  const { id: session } = await client.sessions.create({ repository: 'demo', wait: 20 })
  const program = 'total = 1\ntotal += 1\nprint(total)\n'
  const write = `printf '%s' "${program}" > app.py`
  await client.commands.run({ session, command: ['sh', '-c', write], wait: 20 })

  const environment = { DEBUG_SERVER_URL: server.url, DEBUG_SERVER_TOKEN: server.token }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', await example()],
    { env: environment, timeout: 40_000 },
  )
  t.same(
    stdout.split('\n').filter(line => !/^(?:breakpoints|state|launched)/.test(line)),
    ['stopped 3', 'total + 1 = 3', 'continued ', 'ended ', ''],
  )
  t.match(await client.debug.output({ session }), { chunks: [{ text: '2\n' }], complete: true })
})
