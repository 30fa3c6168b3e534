import { createServer } from 'node:http'
import { connect } from 'node:net'
import t from 'tap'
import { identify } from '../../../../lib/processes/identity.ts'
import { service } from '../../../../tasks/engine/service.ts'
import { type Readiness, task } from '../../../../tasks/engine/task.ts'
import { anyAlive, zoo } from '../../../lib/processes/zoo.ts'
import { type Ran, run } from '../rig.ts'

const stopped = (signal: AbortSignal) =>
  new Promise<void>(resolve => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })

const storyOf = ({ story }: Ran) =>
  story.filter(line => /^task-(started|ready|succeeded|failed|aborted|skipped)/.test(line))

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

t.test(
  'a service is ready by a line; what needs it starts then, and when nothing does it is ended',
  async t => {
    const server = service({
      describe: 'Server',
      ready: { line: /^listening/g },
      run: (_, { exec }) => exec('sh', ['-c', `echo starting; echo listening; ${zoo.tree}`]),
    })
    const one = task({ describe: 'One', needs: { server }, run: ({ server }) => server })
    const two = task({ describe: 'Two', needs: { server, one }, run: () => 'done' })
    const ran = await run({ server, one, two }, ['two'])
    t.equal(ran.result.outcome, 'succeeded')
    t.same(storyOf(ran), [
      'task-started server',
      'task-ready server',
      'task-started one',
      'task-succeeded one',
      'task-started two',
      'task-succeeded two',
      'task-succeeded server',
    ])
    const pids = ran.events.flatMap(event =>
      event.type === 'task-log' ? (/pid (\d+)/.exec(event.line)?.slice(1).map(Number) ?? []) : [],
    )
    t.notOk(anyAlive(pids.map(identify)), 'nothing is left')
  },
)

t.test('ready by a port, by a URL that answers with 2xx, by a check that fails at first', async t => {
  for (const way of ['port', 'url', 'check'] as const) {
    const port = await freePort()
    let asked = 0
    const readiness: Record<typeof way, Readiness> = {
      port: { port },
      url: { url: `http://127.0.0.1:${port}/` },
      check: {
        check: () => {
          if (++asked < 3) throw new Error('not yet')
          return asked > 3
        },
      },
    }
    let requests = 0
    const server = service({
      describe: 'Server',
      ready: readiness[way],
      run: async (_, { signal }) => {
        const http = createServer((_, response) => response.writeHead(++requests === 1 ? 503 : 200).end())
        http.listen(port, '127.0.0.1')
        await stopped(signal)
        http.closeAllConnections()
        http.close()
      },
    })
    const use = task({
      describe: 'Use',
      needs: { server },
      run: () =>
        new Promise<void>((resolve, reject) => {
          const socket = connect(port, '127.0.0.1', () => {
            socket.destroy()
            resolve()
          }).once('error', reject)
        }),
    })
    const ran = await run({ server, use }, ['use'])
    t.equal(ran.result.outcome, 'succeeded', way)
    if (way === 'url') t.ok(requests > 1, '503 is not ready')
    if (way === 'check') t.equal(asked, 4)
  }
})

t.test('a service takes no job of the tasks that need it', async t => {
  const server = service({
    describe: 'x',
    ready: { check: () => true },
    run: (_, { signal }) => stopped(signal),
  })
  const use = task({ describe: 'x', needs: { server }, run: () => 'done' })
  t.equal((await run({ server, use }, ['use'], { jobs: 1 })).result.outcome, 'succeeded')
})

t.test('services that need each other in a row end in the other order', async t => {
  const make = {
    ready: { check: () => true },
    run: (_: unknown, { signal }: { signal: AbortSignal }) => stopped(signal),
  }
  const database = service({ describe: 'x', ...make })
  const server = service({ describe: 'x', needs: { database }, ...make })
  const use = task({ describe: 'x', needs: { server }, run: () => {} })
  const ran = await run({ database, server, use }, ['use'])
  t.same(storyOf(ran).slice(-3), ['task-succeeded use', 'task-succeeded server', 'task-succeeded database'])
})

const failures: readonly (readonly [what: string, server: ReturnType<typeof service>, message: RegExp])[] = [
  [
    'ends before it is ready',
    service({ describe: 'x', ready: { line: /never/ }, run: () => {} }),
    /^ended before it was ready$/,
  ],
  [
    'fails before it is ready',
    service({
      describe: 'x',
      ready: { line: /never/ },
      run: (_, { exec }) => exec('sh', ['-c', 'exit 3']).then(() => {}),
    }),
    /exited with code 3/,
  ],
  [
    'is not ready in time',
    service({ describe: 'x', ready: { line: /never/, within: 30 }, run: (_, { signal }) => stopped(signal) }),
    /^was not ready within 30 ms$/,
  ],
]

for (const [what, server, message] of failures)
  t.test(`a service that ${what} has failed, and nothing that needs it starts`, async t => {
    const use = task({ describe: 'x', needs: { server }, run: () => t.fail('was started') })
    const { result } = await run({ server, use }, ['use'])
    t.equal(result.outcome, 'failed')
    t.match(result.states.get('server'), { kind: 'failed', error: { message } })
    t.match(result.states.get('use'), { kind: 'skipped' })
  })

t.test('a service that ends while it is needed has failed, and what needs it is aborted', async t => {
  const end = Promise.withResolvers<void>()
  const server = service({ describe: 'x', ready: { check: () => true }, run: () => end.promise })
  const use = task({
    describe: 'x',
    needs: { server },
    run: (_, { signal }) => {
      end.resolve()
      return stopped(signal).then(() => Promise.reject(signal.reason))
    },
  })
  const { result } = await run({ server, use }, ['use'])
  t.equal(result.outcome, 'failed')
  t.match(result.states.get('server'), { kind: 'failed', error: { message: 'ended while it was needed' } })
  t.match(result.states.get('use'), { kind: 'aborted' })
})

t.test('a failed task ends the services beside it; with keepGoing too, once nothing needs them', async t => {
  for (const keepGoing of [false, true]) {
    const server = service({
      describe: 'x',
      ready: { check: () => true },
      run: (_, { signal }) => stopped(signal),
    })
    const bad = task({
      describe: 'x',
      needs: { server },
      run: () => {
        throw new Error('no')
      },
    })
    const after = task({ describe: 'x', needs: { bad, server }, run: () => t.fail('was started') })
    const { result } = await run({ server, bad, after }, ['after'], { keepGoing })
    t.equal(result.outcome, 'failed')
    t.match(result.states.get('after'), { kind: 'skipped' })
  }
})

t.test('a service that is asked for by name goes on until it is cancelled', async t => {
  const control = new AbortController()
  const server = service({
    describe: 'x',
    ready: { check: () => true },
    run: (_, { signal }) => stopped(signal),
  })
  const use = task({ describe: 'x', needs: { server }, run: () => {} })
  const ran = await run({ server, use }, ['server', 'use'], {
    signal: control.signal,
    onEvent: event =>
      event.type === 'task-succeeded' && event.name === 'use' && setImmediate(() => control.abort()),
  })
  t.equal(ran.result.outcome, 'cancelled')
  t.match(ran.result.states.get('server'), { kind: 'aborted' })
})

t.test('a service asks before it starts', async t => {
  const server = service({
    describe: 'x',
    confirm: 'Really?',
    ready: { check: () => true },
    run: () => t.fail('was started'),
  })
  const { result } = await run({ server }, ['server'], { confirm: () => async () => false })
  t.match(result.states.get('server'), { kind: 'failed', error: { message: 'declined: nothing was done' } })
})
