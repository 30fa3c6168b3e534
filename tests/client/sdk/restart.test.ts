import t from 'tap'
import { createClient } from '../../../client/sdk/client.ts'
import { demoRepository, realServer } from '../real-server.ts'

t.test('whoever follows a command does not notice that the API was restarted', async t => {
  const server = await realServer(t)
  const url = await demoRepository(server.directory)
  await using client = createClient({ baseUrl: server.url, token: server.token })
  await client.repositories.add({ url, name: 'demo', wait: 20 })
  const { id: session } = await client.sessions.create({ repository: 'demo', wait: 20 })
  const untilTold = 'until test -e go-on; do sleep 0.1; done'
  await client.commands.run({ session, command: `echo one; echo oops >&2; ${untilTold}; echo two; exit 3` })

  const bytes = { stdout: '', stderr: '' }
  const others: unknown[] = []
  let restarted = false
  for await (const message of client.sessions.logs({ session: '@last', follow: true })) {
    if (message.type === 'output' && 'text' in message) bytes[message.stream] += message.text
    else others.push(message.type === 'command' ? [message.status, message.exit_code] : message)
    if (restarted || bytes.stdout === '' || bytes.stderr === '') continue
    restarted = true
    await server.restartApi()
    await client.commands.run({ session, command: ['touch', 'go-on'], wait: 20 })
  }
  t.same(bytes, { stdout: 'one\ntwo\n', stderr: 'oops\n' }, 'every byte once')
  t.same(others.at(-1), { type: 'end', reason: 'complete' })
  t.match(others, [['running', null]])
  t.ok(others.some(told => JSON.stringify(told) === '["failed",3]'))
})
