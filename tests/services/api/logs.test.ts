import { readdirSync, readlinkSync } from 'node:fs'
import t from 'tap'
import { all, assemble, type LogReader, ndjson, sse, webSocket } from './log-readers.ts'
import { type Rig, startRig } from './rig.ts'
import { until } from './until.ts'

t.setTimeout(240_000)

type Reader = (rig: Rig, session: string, fields: Record<string, unknown>) => LogReader

const readers: Record<string, Reader> = { NDJSON: ndjson, WebSocket: webSocket, 'Server-Sent Events': sse }

const watchers = (): number => process.getActiveResourcesInfo().filter(name => name === 'FSEventWrap').length

/** The log files below a directory that this process holds open; nothing is known of it beyond Linux. */
function openIn(directory: string): string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc/self/fd').flatMap(descriptor => {
    try {
      const path = readlinkSync(`/proc/self/fd/${descriptor}`)
      return path.startsWith(directory) && path.endsWith('.log') ? [path] : []
    } catch {
      return [] // closed since
    }
  })
}

for (const [name, read] of Object.entries(readers)) {
  t.test(`${name}: the history of a session is its commands, one after the other`, async t => {
    const rig = await startRig(t)
    await rig.repository()
    const { id, commands } = await rig.session(['one', 'two', 'three'])
    const [one, two] = commands
    if (one === undefined || two === undefined) throw new Error('three were queued')
    await rig.runner.play(one, { stdout: 'out é\n', stderr: 'err\n' })
    await rig.runner.start(id, two)
    await rig.runner.write(id, two, 'stdout', 'more')
    t.same(await all(read(rig, id, {})), [
      { type: 'output', command: one, stream: 'stdout', offset: 0, bytes: 7, text: 'out é\n' },
      { type: 'output', command: one, stream: 'stderr', offset: 0, bytes: 4, text: 'err\n' },
      { type: 'command', command: one, sequence: 1, status: 'succeeded', exit_code: 0, failure: null },
      { type: 'command', command: two, sequence: 2, status: 'running', exit_code: null, failure: null },
      { type: 'output', command: two, stream: 'stdout', offset: 0, bytes: 4, text: 'more' },
      {
        type: 'command',
        command: commands[2],
        sequence: 3,
        status: 'queued',
        exit_code: null,
        failure: null,
      },
      { type: 'end', reason: 'complete' },
    ])
    t.same(
      await all(read(rig, id, { command: one, stream: 'stderr', offset: 1 })),
      [
        { type: 'output', command: one, stream: 'stderr', offset: 1, bytes: 3, text: 'rr\n' },
        { type: 'command', command: one, sequence: 1, status: 'succeeded', exit_code: 0, failure: null },
        { type: 'end', reason: 'complete' },
      ],
      'one stream of one command, from a byte on',
    )
    t.same(
      (await all(read(rig, id, { stream: 'stderr' }))).filter(message => message.type === 'output').length,
      1,
      'one stream of all commands',
    )
  })

  t.test(`${name}: a command is followed from the queue to its end`, async t => {
    const rig = await startRig(t)
    await rig.repository()
    const { id, commands } = await rig.session(['make'])
    const [command] = commands
    if (command === undefined) throw new Error('one was queued')
    const messages = read(rig, id, { command, follow: true })[Symbol.asyncIterator]()
    const next = async () => (await messages.next()).value
    t.match(await next(), { type: 'command', status: 'queued' })
    await rig.runner.start(id, command)
    t.match(await next(), { type: 'command', status: 'running' })
    await rig.runner.write(id, command, 'stdout', 'one ')
    t.match(await next(), { type: 'output', stream: 'stdout', offset: 0, text: 'one ' })
    if (process.platform === 'linux')
      t.ok(openIn(rig.directory).length > 0 && watchers() > 0, 'it holds the log open')
    await rig.runner.write(id, command, 'stderr', 'two ')
    t.match(await next(), { type: 'output', stream: 'stderr', offset: 0, text: 'two ' })
    await rig.runner.write(id, command, 'stdout', 'three')
    t.match(await next(), { type: 'output', stream: 'stdout', offset: 4, text: 'three' })
    await rig.runner.end(id, command, 'failed', 2)
    t.match(await next(), { type: 'command', status: 'failed', exit_code: 2 })
    t.same(await next(), { type: 'end', reason: 'complete' })
    t.ok((await messages.next()).done)
    await until(() => rig.api.live.readers === 0, 'nothing is left behind')
  })

  t.test(`${name}: without any hint a follower learns everything too`, async t => {
    const rig = await startRig(t)
    await rig.repository()
    const { id, commands } = await rig.session(['make'])
    const [command] = commands
    if (command === undefined) throw new Error('one was queued')
    rig.runner.hints = false
    const followed = all(read(rig, id, { follow: true }))
    await rig.runner.play(command, { stdout: 'hello' })
    const messages = await followed
    t.equal(assemble(messages, command, 'stdout'), 'hello')
    t.same(messages.at(-1), { type: 'end', reason: 'complete' })
  })

  t.test(`${name}: who has lost the connection goes on from the byte reached, and has each once`, async t => {
    const rig = await startRig(t)
    await rig.repository()
    const { id, commands } = await rig.session(['make'])
    const [command] = commands
    if (command === undefined) throw new Error('one was queued')
    await rig.runner.start(id, command)
    let written = ''
    const writing = (async () => {
      for (let line = 0; line < 120; line++) {
        const text = `${line} äö€😀 \u0000\xff ${'x'.repeat(line * 20)}\n`
        const bytes = line % 5 === 0 ? Buffer.from(text, 'latin1') : Buffer.from(text)
        written += bytes.toString('latin1')
        // Characters are cut in the middle, as a program that writes through a small buffer does.
        const cut = line % bytes.length
        await rig.runner.write(id, command, 'stdout', bytes.subarray(0, cut))
        await rig.runner.write(id, command, 'stdout', bytes.subarray(cut))
      }
      await rig.runner.end(id, command)
    })()
    let got = ''
    let ended = false
    let connections = 0
    while (!ended) {
      connections++
      let left = 1 + (connections % 4)
      for await (const message of read(rig, id, {
        command,
        stream: 'stdout',
        offset: got.length,
        follow: true,
      })) {
        if (message.type === 'end') ended = true
        if (message.type !== 'output') continue
        t.equal(message.offset, got.length)
        got += (
          'text' in message ? Buffer.from(message.text) : Buffer.from(message.base64, 'base64')
        ).toString('latin1')
        if (--left === 0) break
      }
    }
    await writing
    t.equal(got.length, written.length)
    t.ok(got === written, 'byte for byte')
    t.ok(connections > 5, `over ${connections} connections`)
    await until(() => rig.api.live.readers === 0, 'the lost ones are gone')
    await until(() => openIn(rig.directory).length === 0, 'their files are closed')
    await until(() => watchers() === 0, 'their watches are closed')
  })

  t.test(`${name}: a session is followed through all its commands`, async t => {
    const rig = await startRig(t)
    await rig.repository()
    const { id, commands } = await rig.session(['one', 'two'])
    const followed = all(read(rig, id, { follow: true }))
    for (const command of commands) await rig.runner.play(command, { stdout: `of ${command}` })
    const messages = await followed
    for (const command of commands) t.equal(assemble(messages, command, 'stdout'), `of ${command}`)
    const ends = messages.flatMap(message =>
      message.type === 'command' && message.status === 'succeeded' ? [message.command] : [],
    )
    t.same(ends, commands)
    t.same(messages.at(-1), { type: 'end', reason: 'complete' })
  })

  t.test(`${name}: a session without a command is followed until it ends`, async t => {
    const rig = await startRig(t)
    await rig.repository()
    const { id } = await rig.session()
    const followed = all(read(rig, id, { follow: true }))
    await until(() => rig.api.live.readers === 1, 'it is followed')
    const { id: command } = await rig.call('commands.run', { session: id, command: 'late' })
    await rig.runner.play(command, { stdout: 'late' })
    await rig.runner.session(id, 'stopping', 'stopped')
    const messages = await followed
    t.equal(assemble(messages, command, 'stdout'), 'late')
    t.same(messages.at(-1), { type: 'end', reason: 'session_ended' })
  })

  t.test(`${name}: a session that fails ends its followers, its commands cancelled`, async t => {
    const rig = await startRig(t)
    await rig.repository()
    const { id } = await rig.call('sessions.create', { repository: 'demo', commands: ['true'] })
    const followed = all(read(rig, id, { follow: true }))
    await until(() => rig.api.live.readers === 1, 'it is followed')
    await rig.runner.failSession(id)
    const messages = await followed
    t.match(messages, [
      { type: 'command', status: 'queued' },
      { type: 'command', status: 'cancelled', failure: { reason: 'session_failed' } },
      { type: 'end', reason: 'session_ended' },
    ])
  })

  t.test(`${name}: a session that is deleted ends its followers`, async t => {
    const rig = await startRig(t)
    await rig.repository()
    const { id, commands } = await rig.session(['sleep'])
    const [command] = commands
    if (command === undefined) throw new Error('one was queued')
    await rig.runner.start(id, command)
    const followed = Promise.all([
      all(read(rig, id, { follow: true })),
      all(read(rig, id, { command, follow: true })),
    ])
    await until(() => rig.api.live.readers === 2, 'both follow')
    await rig.call('sessions.delete', { session: id })
    await rig.runner.session(id, 'stopped')
    await rig.runner.remove(id)
    for (const messages of await followed) t.same(messages.at(-1), { type: 'end', reason: 'session_deleted' })
  })

  t.test(`${name}: a follower whose token is revoked reads no further`, async t => {
    const rig = await startRig(t)
    await rig.repository()
    const { id } = await rig.session()
    const followed = all(read(rig, id, { follow: true }))
    await until(() => rig.api.live.readers === 1, 'it is followed')
    await rig.call('tokens.revoke', { token: rig.alice.id }, rig.admin)
    t.match((await followed).at(-1), { type: 'end', reason: 'problem', problem: { code: 'unauthenticated' } })
  })

  t.test(`${name}: a server that stops says so`, async t => {
    const rig = await startRig(t)
    await rig.repository()
    const { id } = await rig.session()
    const followed = all(read(rig, id, { follow: true }))
    await until(() => rig.api.live.readers === 1, 'it is followed')
    const started = performance.now()
    await rig.api[Symbol.asyncDispose]()
    t.ok(performance.now() - started < 4_000, 'well before it would be cut')
    t.same((await followed).at(-1), { type: 'end', reason: 'server_stopping' })
  })
}

t.test('a character whose end does not come is told as bytes after a while', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id, commands } = await rig.session(['make'])
  const [command] = commands
  if (command === undefined) throw new Error('one was queued')
  await rig.runner.start(id, command)
  const messages = ndjson(rig, id, { command, follow: true })[Symbol.asyncIterator]()
  await messages.next()
  await rig.runner.write(id, command, 'stdout', Buffer.from([0x61, 0xe2, 0x82]))
  t.match((await messages.next()).value, { offset: 0, text: 'a' })
  t.match((await messages.next()).value, { offset: 1, bytes: 2, base64: '4oI=' })
  await rig.runner.write(id, command, 'stdout', Buffer.from([0xac, 0x62]))
  t.match((await messages.next()).value, { offset: 3, bytes: 1, base64: 'rA==' })
  t.match((await messages.next()).value, { offset: 4, text: 'b' })
  await messages.return?.()
})

t.test('what a log holds beyond the length on record is not told', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id, commands } = await rig.session(['make'])
  const [command] = commands
  if (command === undefined) throw new Error('one was queued')
  await rig.runner.play(command, { stdout: 'counted' })
  await rig.runner.write(id, command, 'stdout', ' and not')
  t.equal(assemble(await all(ndjson(rig, id, {})), command, 'stdout'), 'counted')
})
