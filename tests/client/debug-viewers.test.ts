import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import t from 'tap'
import { createClient } from '../../client/sdk/client.ts'
import { ProblemError } from '../../client/sdk/problem-error.ts'
import { noDebugpy } from '../services/runner/debug/debug-rig.ts'
import { until } from '../until.ts'
import { demoRepository, realServer } from './real-server.ts'

t.setTimeout(90_000)

/** Takes the control of the session's debugger over a WebSocket, says so, and stays. */
const holder = `
const { ADDRESS, TOKEN } = process.env
const socket = new WebSocket(ADDRESS, { headers: { authorization: 'Bearer ' + TOKEN } })
socket.addEventListener('message', ({ data }) => {
  if (JSON.parse(data).type === 'result') console.log('taken')
})
socket.addEventListener('open', () => {
  socket.send(JSON.stringify({ id: 1, operation: 'debug.control', input: { action: 'take', idle: 3600 } }))
})
setInterval(() => {}, 60_000)
`

const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call
    return 'answered'
  } catch (error) {
    if (error instanceof ProblemError) return error.code
    throw error
  }
}

t.test('two clients of one token: one acts, the other watches', { skip: noDebugpy }, async t => {
  const server = await realServer(t)
  const as = (userAgent: string) => {
    const client = createClient({ baseUrl: server.url, token: server.token, userAgent })
    t.teardown(() => client[Symbol.asyncDispose]())
    return client
  }
  const [person, agent] = [as('a-person'), as('an-agent')]
  await person.repositories.add({ url: await demoRepository(server.directory), name: 'demo', wait: 20 })
  const { id: session } = await person.sessions.create({ repository: 'demo', wait: 20 })
  const program = 'total = 1\\nfor n in range(1000):\\n    total += n\\n'
  await person.commands.run({ session, command: ['sh', '-c', `printf '${program}' > app.py`], wait: 20 })
  const launched = await person.debug.launch({ session, python: 'app.py', stop_on_entry: true, wait: 60 })
  t.match(launched, { status: 'stopped', control: null }, 'to launch is not to hold')

  await t.test('of two who step at once one does', async t => {
    const both = await Promise.all(
      [person, agent].map(client => codeOf(client.debug.next({ session, wait: 20 }))),
    )
    t.same(both.toSorted(), ['answered', 'control_held'])
    const { stop } = await person.debug.status({ session })
    t.equal(stop?.number, 2)
    await person.debug.control({ session, action: 'release' })
  })

  await t.test('a holder that is killed leaves nobody waiting', async t => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', holder], {
      env: { ADDRESS: `${server.url.replace('http', 'ws')}/sessions/${session}/debug`, TOKEN: server.token },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.teardown(() => child.kill('SIGKILL'))
    await once(createInterface({ input: child.stdout }), 'line')
    t.equal(await codeOf(agent.debug.next({ session })), 'control_held')
    const viewers = await person.debug.viewers({ session })
    t.match(
      viewers.find(({ control }) => control),
      { user: 'bootstrap', connected: true },
    )
    const asking = agent.debug.control({ session, action: 'ask', wait: 30 })
    await until('it is asked for', async () => {
      const { control } = await person.debug.status({ session })
      return control?.asking.length === 1
    })
    child.kill('SIGKILL')
    const { control, you } = await asking
    t.match(control, { holder: { id: you.id, client: 'an-agent' } })
    t.equal(await codeOf(agent.debug.next({ session, wait: 20 })), 'answered')
    t.equal(await codeOf(person.debug.next({ session })), 'control_held')
    await person.debug.control({ session, action: 'take' })
    t.equal(await codeOf(person.debug.terminate({ session, wait: 20 })), 'answered')
  })
})
