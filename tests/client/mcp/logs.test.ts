import { createHash } from 'node:crypto'
import { join } from 'node:path'
import t from 'tap'
import { z } from 'zod'
import { createClient } from '../../../client/sdk/client.ts'
import { bytesOf } from '../../../client/sdk/log-bytes.ts'
import { artifactSchema } from '../../../services/contract/artifact-resources.ts'
import { logMessageSchema } from '../../../services/contract/log-message.ts'
import { expireLogs } from '../../../services/store/command-logs.ts'
import { openStore } from '../../../services/store/store.ts'
import { until } from '../../until.ts'
import { at } from '../cli/rig.ts'
import { demoRepository, realServer } from '../real-server.ts'
import { startMcp, textOf, type Value } from './rig.ts'

t.setTimeout(240_000)

/** Logs through MCP, of commands that really write them. */
const server = await realServer(t)
const client = createClient({ baseUrl: server.url, token: server.token })
t.teardown(async () => await client[Symbol.asyncDispose]())
const mcp = await startMcp({
  environment: { ...at(server.url), DEBUG_SERVER_TOKEN: server.token },
  directory: server.directory,
})
t.teardown(async () => await mcp[Symbol.asyncDispose]())
await client.repositories.add({ url: await demoRepository(server.directory), name: 'demo', wait: 20 })

const ran = async (...commands: string[]) => {
  const { id } = await client.sessions.create({ repository: 'demo', commands, wait: 20 })
  for await (const _ of client.sessions.logs({ session: id, follow: true }));
  return id
}

const messagesSchema = z.looseObject({ messages: logMessageSchema.array() })
const messagesOf = (parts: readonly Value[]) => parts.flatMap(part => messagesSchema.parse(part).messages)
const written = (parts: readonly Value[], stream: 'stdout' | 'stderr') =>
  Buffer.concat(
    messagesOf(parts).flatMap(message =>
      message.type === 'output' && message.stream === stream ? [bytesOf(message)] : [],
    ),
  )
const kinds = (parts: readonly Value[]) => messagesOf(parts).map(message => message.type)

t.test('a small log is whole, with the state of each command and the end', async t => {
  const session = await ran('echo one; echo oops >&2', 'exit 3')
  const log = await mcp.value('session_logs', { session })
  t.equal(String(written([log], 'stdout')), 'one\n')
  t.equal(String(written([log], 'stderr')), 'oops\n')
  t.same(kinds([log]), ['output', 'output', 'command', 'command', 'end'])
  t.match(messagesOf([log])[3], { status: 'failed', exit_code: 3 })
  t.notOk(log.left_out)
  t.same(await mcp.value('session_logs', { session, offset: 0 }), log, 'from the beginning it is the same')
  const { result } = await mcp.value('session_commands', { session })
  t.match(result, [{ exit_code: 0 }, { exit_code: 3 }])
})

t.test('a log that was removed is told as that, and the others come', async t => {
  const session = await ran('echo gone', 'echo there')
  const {
    items: [first],
  } = await client.commands.list({ session })
  if (first === undefined) throw new Error('it ran')
  await using store = await openStore(join(server.directory, 'store.db'))
  const at = new Date().toISOString()
  t.ok(await expireLogs(store, first.id, at))
  for (const offset of [{}, { offset: 0 }]) {
    const log = await mcp.value('session_logs', { session, ...offset })
    t.equal(String(written([log], 'stdout')), 'there\n')
    t.match(messagesOf([log])[0], { type: 'command', command: first.id, log_expired_at: at })
  }
})

t.test('of a megabyte the end comes first, and everything through cursors', async t => {
  const line = 'é'.repeat(40)
  const session = await ran(
    `i=0; while [ $i -lt 12800 ]; do echo "${line}"; i=$((i+1)); done; echo last >&2`,
    'head -c 20000 /dev/urandom > random; cat random',
  )
  const tail = await mcp.value('session_logs', { session, stream: 'stderr' })
  t.equal(String(written([tail], 'stderr')), 'last\n')
  const {
    items: [first],
  } = await client.commands.list({ session })
  const end = await mcp.value('session_logs', { session, command: first?.id })
  t.match(end.left_out, /offset 0/)
  t.match(String(written([end], 'stdout')), new RegExp(`^(?:${line}\\n)+$`), 'whole lines')
  t.equal(String(written([end], 'stderr')), 'last\n', 'a small stream is whole beside a large one')
  t.notOk(end.cursor, 'that is the end')

  const parts = await mcp.parts('session_logs', { session, command: first?.id, offset: 0 })
  t.ok(written(parts, 'stdout').equals(Buffer.from(`${line}\n`.repeat(12_800))), 'every byte once')
  t.ok(parts.length > 130 && parts.length < 200, `${parts.length} parts`)
  t.same(kinds(parts.slice(-1)).slice(-2), ['command', 'end'])
  const binary = await mcp.parts('session_logs', { session, offset: 0, stream: 'stdout' })
  t.equal(written(binary, 'stdout').length, 12_800 * 81 + 20_000, 'bytes that are no text as well')
  t.same(
    kinds(binary).filter(kind => kind !== 'output'),
    ['command', 'command', 'end'],
  )

  const middle = await mcp.value('session_logs', {
    session,
    command: first?.id,
    stream: 'stdout',
    offset: 500_000,
  })
  t.match(messagesOf([middle])[0], { offset: 500_000 })
  t.match(
    textOf(await mcp.callTool('session_logs', { session, offset: 5 })),
    /offset 5: an offset counts bytes of one stream/,
  )
  t.match(
    textOf(
      await mcp.callTool('session_logs', { session, command: first?.id, stream: 'stdout', offset: 9e9 }),
    ),
    /^offset_out_of_range: /,
  )
})

t.test('a command that still writes has a cursor, and can be waited for', async t => {
  const { id: session } = await client.sessions.create({
    repository: 'demo',
    commands: ['echo begun; while [ ! -e go ]; do sleep 0.1; done; echo done'],
    wait: 20,
  })
  const begun = await mcp.value('session_logs', { session, follow: true })
  t.equal(String(written([begun], 'stdout')), 'begun\n')
  t.match(messagesOf([begun]).at(-1), { type: 'command', status: 'running' })
  const { cursor } = begun
  const nothing = await mcp.value('session_logs', { session })
  t.ok(nothing.cursor)
  const waiting = mcp.parts('session_logs', { cursor })
  const {
    items: [first],
  } = await client.commands.list({ session })
  await client.commands.run({ session, command: 'touch go', wait: 0 })
  t.equal(first?.status, 'running')
  const rest = await waiting
  t.equal(String(written(rest, 'stdout')), 'done\n')
})

t.test('a character that is not whole yet comes with its rest', async t => {
  const { id: session } = await client.sessions.create({
    repository: 'demo',
    commands: ["printf 'a\\303'; while [ ! -e go ]; do sleep 0.1; done; printf '\\251b\\n'"],
    wait: 20,
  })
  await until('it has written half of it', async () => {
    const [first] = (await client.commands.list({ session })).items
    if (first?.status !== 'running') return false
    const asked = { session, command: first.id, stream: 'stdout', most: 10 } as const
    return (await client.logTail(asked)).bytes.length === 2
  })
  const begun = await mcp.value('session_logs', { session })
  t.equal(String(written([begun], 'stdout')), 'a')
  await client.commands.run({ session, command: 'touch go', wait: 0 })
  for await (const _ of client.sessions.logs({ session, follow: true }));
  const rest = await mcp.parts('session_logs', { cursor: begun.cursor })
  t.equal(String(written(rest, 'stdout')), 'éb\n')
})

t.test('a session without commands has nothing to tell', async t => {
  const { id: session } = await client.sessions.create({ repository: 'demo', wait: 20 })
  t.same(await mcp.value('session_logs', { session }), { messages: [{ type: 'end', reason: 'complete' }] })
  t.match(textOf(await mcp.callTool('session_logs', { session: 'ses_zzzz' })), /^session_not_found: /)
})

t.test('an artifact is read in parts that together are its bytes', async t => {
  const { id: session } = await client.sessions.create({ repository: 'demo', wait: 20 })
  const { id } = await mcp.value('command_run', {
    session,
    command: 'seq 3000 > numbers.txt; head -c 20000 /dev/urandom > random.bin; : > empty.txt',
    artifacts: ['*.txt', '*.bin'],
    wait: 60,
  })
  const { result } = await mcp.value('artifact_list', { session, command: id })
  const artifacts = artifactSchema.array().parse(result)
  t.same(artifacts.map(({ path }) => path).sort(), ['empty.txt', 'numbers.txt', 'random.bin'])
  for (const { id: artifact, path, bytes, sha256 } of artifacts) {
    const parts = await mcp.parts('artifact_read', { artifact })
    const whole = Buffer.concat(
      parts.map(({ text, base64 }) =>
        text === undefined ? Buffer.from(String(base64), 'base64') : Buffer.from(String(text)),
      ),
    )
    t.equal(createHash('sha256').update(whole).digest('hex'), sha256, path)
    t.match(parts[0], { artifact, total: bytes, offset: 0 })
    t.equal(parts.length > 1, bytes > 8_192, path)
    if (path === 'numbers.txt') for (const { text } of parts) t.match(text, /\n$/, 'whole lines')
    const offset = Math.max(0, bytes - 100)
    const last = await mcp.parts('artifact_read', { artifact, offset })
    t.match(last, [{ offset, bytes: bytes - offset, total: bytes }], 'its end alone')
    t.match(await mcp.value('artifact_read', { artifact, offset: bytes + 5 }), { bytes: 0, text: '' })
  }
  const { id: text } = await mcp.value('command_run', {
    session,
    command: "printf 'é漢👩!' > text.txt; printf '\\377\\377\\200\\200\\377' > bytes.bin",
    artifacts: ['text.txt', 'bytes.bin'],
    wait: 60,
  })
  const kept = artifactSchema
    .array()
    .parse((await mcp.value('artifact_list', { session, command: text })).result)
  const from = (path: string, offset: number) =>
    mcp.value('artifact_read', { artifact: kept.find(one => one.path === path)?.id, offset })
  t.match(await from('text.txt', 1), { offset: 2, text: '漢👩!', bytes: 8 }, 'not half a character')
  t.match(await from('text.txt', 6), { offset: 9, text: '!', bytes: 1 })
  t.match(await from('bytes.bin', 2), {
    offset: 2,
    base64: Buffer.from([0x80, 0x80, 0xff]).toString('base64'),
  })
  t.match(
    textOf(await mcp.callTool('artifact_read', { cursor: 'artifacts.download?offset=-1' })),
    /^cursor_unknown/,
  )
})
