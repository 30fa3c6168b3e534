import t from 'tap'
import type { EventMessage } from '../../../services/contract/event-message.ts'
import { command, repository, session } from '../samples.ts'
import { standIn } from '../stand-in-server.ts'
import { at, cli } from './rig.ts'

const changes: EventMessage[] = [
  { type: 'start', id: '1' },
  { type: 'repository', id: '2', repository: repository() },
  { type: 'session', id: '3', session: session({ status: 'stopped', end_reason: 'idle' }) },
  { type: 'command', id: '4', command: command({ status: 'failed', exit_code: 2 }) },
  { type: 'removed', id: '5', session: session().id },
  { type: 'end', reason: 'complete' },
]

t.test('changes are printed as lines, or as they are', async t => {
  const server = await standIn({
    'events.follow': (_, { response }) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      response.end(changes.map(change => `${JSON.stringify(change)}\n`).join(''))
      return undefined
    },
  })
  t.teardown(() => server[Symbol.asyncDispose]())
  const type = (args: string[]) => cli(args, { environment: { ...at(server.url), DEBUG_SERVER_TOKEN: 'x' } })
  t.match(await type(['events', '--once']), {
    code: 0,
    stderr: '',
    stdout: [
      'repository demo ready',
      'session ses_0123456789ab stopped: idle',
      'command cmd_0123456789ab failed: exit code 2',
      'session ses_0123456789ab deleted\n',
    ].join('\n'),
  })
  const { stdout } = await type(['events', '--once', '--json'])
  t.same(
    stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line)),
    changes,
  )
})
