import type { ServerResponse } from 'node:http'
import t from 'tap'
import type { LogMessage } from '../../../services/contract/log-message.ts'
import { binary, command, end, output, session, state } from '../samples.ts'
import { type Handlers, standIn } from '../stand-in-server.ts'
import { child } from './child.ts'
import { at, cli, temporary } from './rig.ts'

const rig = async (t: { teardown(ends: () => Promise<void>): void }, handlers: Handlers) => {
  const server = await standIn({
    'sessions.create': () => session(),
    'sessions.get': () => session(),
    'commands.run': () => command({ status: 'queued', exit_code: null }),
    ...handlers,
  })
  t.teardown(async () => await server[Symbol.asyncDispose]())
  return server
}

const lines = (...messages: readonly LogMessage[]): string =>
  messages.map(message => `${JSON.stringify(message)}\n`).join('')

const log =
  (...messages: readonly LogMessage[]) =>
  (_: unknown, { response }: { response: ServerResponse }): undefined => {
    response.end(lines(...messages))
    return undefined
  }

const second = 'cmd_zzzzzzzzzzzz'

t.test('a followed command writes its own bytes and ends with its own code', async t => {
  const bytes = Buffer.from([0xff, 0x00, 0x1b, 0x5b, 0x0a])
  const server = await rig(t, {
    'sessions.logs': log(
      state('running'),
      output(0, 'to stdout\n'),
      output(0, 'to stderr', 'stderr'),
      binary(10, bytes),
      state('failed', 3),
      end(),
    ),
  })
  const result = await child(['command', 'run', '@last', '--follow', '--', 'x'], {
    environment: at(server.url),
    directory: await temporary(t),
  })
  t.equal(result.code, 3)
  t.same(result.stdout, Buffer.concat([Buffer.from('to stdout\n'), bytes]), 'binary and escapes as they are')
  t.equal(result.stderr, 'cmd_0123456789ab\nto stderr')
  t.match(server.received.at(-1)?.input, {
    session: 'ses_0123456789ab',
    command: 'cmd_0123456789ab',
    follow: true,
  })
})

t.test('that the output of a command was removed is said beside the rest', async t => {
  const gone: LogMessage = {
    ...state('succeeded', 0),
    log_expired_at: '2026-01-02T03:04:05.000Z',
  } as LogMessage
  const server = await rig(t, {
    'sessions.logs': log(gone, output(0, 'there\n', 'stdout', second), state('succeeded', 0, second), end()),
  })
  const result = await child(['session', 'logs', '@last'], {
    environment: at(server.url),
    directory: await temporary(t),
  })
  t.equal(result.code, 0)
  t.equal(`${result.stdout}`, 'there\n')
  t.equal(result.stderr, 'the output of cmd_0123456789ab was removed at 2026-01-02T03:04:05.000Z\n')
})

t.test('a session that is followed ends with the first failure of its commands', async t => {
  const { url } = await rig(t, {
    'sessions.logs': log(
      state('running'),
      output(0, 'one\n'),
      state('failed', 7),
      { ...state('cancelled', null, second), sequence: 2 } as LogMessage,
      end(),
    ),
  })
  const line = ['session', 'create', '--repository', 'demo', '--command', 'a', '--command', 'b', '--follow']
  t.same(await cli(line, { environment: at(url) }), {
    code: 7,
    stdout: 'one\n',
    stderr: 'ses_0123456789ab\n',
  })
  const json = await cli([...line, '--json'], { environment: at(url) })
  t.equal(json.code, 7)
  t.equal(json.stderr, '')
  const told = json.stdout
    .trimEnd()
    .split('\n')
    .map(text => JSON.parse(text))
  t.same(
    told.map(({ type, id }) => type ?? id),
    ['ses_0123456789ab', 'command', 'output', 'command', 'command', 'end'],
  )
})

t.test('a session without commands has nothing to follow', async t => {
  const server = await rig(t, {})
  const result = await cli(['session', 'create', '--repository', 'demo', '--follow'], {
    environment: at(server.url),
  })
  t.same(result, { code: 0, stdout: '', stderr: 'ses_0123456789ab\n' })
  t.notOk(server.received.some(({ name }) => name === 'sessions.logs'))
})

t.test('how a command ended without a code of its own is told', async t => {
  for (const [status, code, text] of [
    ['timed_out', 124, /cmd_0123456789ab timed out/],
    ['cancelled', 1, /was cancelled/],
    ['lost', 1, /was lost/],
  ] as const) {
    const { url } = await rig(t, { 'sessions.logs': log(state('running'), state(status), end()) })
    const result = await cli(['command', 'run', '@last', '--follow', '--', 'x'], { environment: at(url) })
    t.equal(result.code, code)
    t.match(result.stderr, text)
  }
})

t.test('a session that is deleted while it is followed', async t => {
  const { url } = await rig(t, { 'sessions.logs': log(state('running'), end('session_deleted')) })
  const result = await cli(['command', 'run', '@last', '--follow', '--', 'x'], { environment: at(url) })
  t.equal(result.code, 1)
  t.match(result.stderr, 'ses_0123456789ab was deleted while it was followed')
})

t.test('logs are bytes, or every message under --json, and no failure of a command is theirs', async t => {
  const messages = [output(0, 'a\n'), output(0, 'b\n', 'stderr'), state('failed', 9), end()]
  const { url } = await rig(t, { 'sessions.logs': log(...messages) })
  t.same(await cli(['session', 'logs', '@last'], { environment: at(url) }), {
    code: 0,
    stdout: 'a\n',
    stderr: 'b\n',
  })
  const json = await cli(['session', 'logs', '@last', '--json'], { environment: at(url) })
  t.equal(json.stdout, lines(...messages))
})

t.test('a log that ends with a problem fails', async t => {
  const problem = {
    type: 'x',
    title: 'x',
    status: 500,
    code: 'internal' as const,
    detail: 'the file is gone',
  }
  const { url } = await rig(t, { 'sessions.logs': log({ type: 'end', reason: 'problem', problem }) })
  const result = await cli(['session', 'logs', '@last'], { environment: at(url) })
  t.equal(result.code, 1)
  t.match(result.stderr, /^error: the file is gone\n/)
})

t.test('Ctrl+C stops following, and tells how to go on and how to cancel', async t => {
  const { url } = await rig(t, {
    'sessions.logs': (_, { response }) => void response.write(lines(state('running'), output(0, 'begun\n'))),
  })
  const directory = await temporary(t)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const result = await child(['command', 'run', '@last', '--follow', '--', 'x'], {
      environment: at(url),
      directory,
      started: process_ => process_.stdout?.once('data', () => process_.kill(signal)),
    })
    t.equal(result.code, signal === 'SIGINT' ? 130 : 143)
    t.equal(result.stdout.toString(), 'begun\n')
    t.match(result.stderr, 'stopped following; cmd_0123456789ab goes on\n')
    t.match(result.stderr, '"debug-server session logs ses_0123456789ab --command cmd_0123456789ab --follow"')
    t.match(result.stderr, '"debug-server command cancel cmd_0123456789ab"')
  }
})

t.test('Ctrl+C while a session is starting tells what goes on', async t => {
  const waiting = Promise.withResolvers<void>()
  const { url } = await rig(t, {
    'sessions.create': () => session({ status: 'pending' }),
    'sessions.get': () => void waiting.resolve(),
  })
  const result = await child(['session', 'create', '--repository', 'demo'], {
    environment: at(url),
    directory: await temporary(t),
    started: process_ => void waiting.promise.then(() => process_.kill('SIGINT')),
  })
  t.equal(result.code, 130)
  t.equal(result.stdout.toString(), 'ses_0123456789ab\n')
  t.match(result.stderr, 'ses_0123456789ab goes on starting')
})

t.test('a reader that is gone ends it quietly', async t => {
  const gone = Promise.withResolvers<void>()
  const { url } = await rig(t, {
    'sessions.logs': (_, { response }) => {
      response.on('close', gone.resolve)
      let offset = 0
      const more = () => {
        if (response.destroyed) return
        response.write(lines(output(offset, 'x'.repeat(100_000))), more)
        offset += 100_000
      }
      more()
      return undefined
    },
  })
  const result = await child(['session', 'logs', 'ses_0123456789ab', '--follow'], {
    environment: at(url),
    directory: await temporary(t),
    started: process_ => process_.stdout?.once('data', () => process_.stdout?.destroy()),
  })
  await gone.promise
  t.equal(result.code, 141, 'as a program that SIGPIPE has ended')
  t.equal(result.stderr, '')
})
