import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import t from 'tap'
import { createClient } from '../../client/sdk/client.ts'
import { until } from '../services/api/until.ts'
import { at } from './cli/rig.ts'
import { demoWith } from './guide.ts'
import { realServer } from './real-server.ts'

t.setTimeout(260_000)

const server = await realServer(t)
await demoWith(server, 'app.py', 'print(1)\n')
const client = createClient({ baseUrl: server.url, token: server.token })
await client.repositories.add({ url: join(server.directory, 'demo'), name: 'demo', wait: 30 })
const { id: session } = await client.sessions.create({ repository: 'demo', wait: 30 })

const bin = resolve(import.meta.dirname, '../../client/cli/bin.mjs')
const terminal = resolve(import.meta.dirname, '../tasks/terminal.py')

/** The command line in a terminal of 100 columns and 30 rows. */
function typed(...args: string[]) {
  const child: ChildProcess = spawn('python3', [terminal, '100', '30', process.execPath, bin, ...args], {
    env: { PATH: process.env.PATH, ...at(server.url), DEBUG_SERVER_TOKEN: server.token },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return {
    child,
    seen: () => text,
    shows: async (what: string) => {
      try {
        await until(() => text.includes(what), what, 30_000)
      } catch {
        throw new Error(`it shows no ${JSON.stringify(what)}, but ${JSON.stringify(text)}`)
      }
    },
    type: (keys: string) => child.stdin?.write(keys),
    ended: async (): Promise<number> => (await once(child, 'exit'))[0],
  }
}

t.test('a command with a terminal is used in that of its user, and ends with its code', async t => {
  const line = 'stty size; while read -r x; do echo "[$x]"; [ "$x" = end ] && exit 6; done'
  const user = typed('command', 'run', session, '--tty', '--shell', line)
  const ended = user.ended()
  await user.shows('30 100')
  user.type('hello\r')
  await user.shows('[hello]')
  user.type('end\r')
  t.equal(await ended, 6)
  const {
    items: [command],
  } = await client.commands.list({ session })
  t.match(command, { status: 'failed', exit_code: 6, terminal: { columns: 100, rows: 30 } })
})

t.test('Ctrl+C goes to the program', async t => {
  const user = typed(
    'command',
    'run',
    session,
    '--tty',
    '--shell',
    "trap 'echo caught; exit 9' INT; echo ready; sleep 100 & wait",
  )
  const ended = user.ended()
  await user.shows('ready')
  user.type('\u0003')
  await user.shows('caught')
  t.equal(await ended, 9)
})

t.test('who leaves it finds it again', async t => {
  const user = typed(
    'command',
    'run',
    session,
    '--tty',
    '--shell',
    'echo ready; while read -r x; do echo "[$x]"; done',
  )
  const ended = user.ended()
  await user.shows('ready')
  user.type('one\r\u001d')
  t.equal(await ended, 0)
  await user.shows('goes on')
  const command = (await client.commands.list({ session })).items.find(({ status }) => status === 'running')
  if (command === undefined) throw new Error('it goes on')
  const again = typed('command', 'get', command.id, '--attach')
  const over = again.ended()
  await again.shows('[one]')
  again.type('two\r')
  await again.shows('[two]')
  again.type('\u0004')
  t.equal(await over, 0, 'the end of what is typed is its end')
})

t.test('a program that reads nothing of what is typed can be left', async t => {
  const user = typed(
    'command',
    'run',
    session,
    '--tty',
    '--shell',
    'stty raw -echo; echo ready; exec sleep 600',
  )
  const ended = user.ended()
  await user.shows('ready')
  user.type(`${'x'.repeat(300_000)}\u001d`)
  t.equal(await ended, 0)
  await user.shows('goes on')
})

t.test('without a terminal it is queued like any other, and typed into by calls', async t => {
  const { id } = await client.commands.run({
    session,
    command: ['sh', '-c', 'read -r x; echo "[$x]"'],
    tty: true,
  })
  await until(async () => (await client.commands.get({ command: id })).status === 'running', 'it runs')
  t.same(await client.commands.input({ command: id, text: 'three\r' }), { taken: 6 })
  t.match(await client.commands.get({ command: id, wait: 20 }), { status: 'succeeded' })
})
