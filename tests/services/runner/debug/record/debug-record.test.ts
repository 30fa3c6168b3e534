import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { SecretMask } from '../../../../../lib/secret-mask.ts'
import { type RecordEntry, recordEntrySchema } from '../../../../../services/contract/debug-record.ts'
import { commandId, debugSessionId, sessionId } from '../../../../../services/contract/ids.ts'
import { DebugRecord } from '../../../../../services/runner/debug/record/debug-record.ts'
import { RecordFile } from '../../../../../services/runner/debug/record/record-file.ts'
import { debugRecord } from '../../../../../services/store/debug-record.ts'
import { viewer } from '../control/viewers.ts'

function recordRig(t: Test, secrets: string[] = [], folder = t.testdir()) {
  const paths = { earlier: join(folder, 'earlier'), later: join(folder, 'later') }
  const logged: string[] = []
  const debug = { id: debugSessionId.create(), session: sessionId.create(), command: commandId.create() }
  const record = new DebugRecord({
    file: new RecordFile(paths, 64 * 1024 * 1024),
    head: { debug: { ...debug, engine: 'debugpy' }, worktree: '/work' },
    mask: new SecretMask(secrets),
    written: () => ({ stdout: 1, stderr: 2 }),
    clock: { now: () => 0 },
    log: pino({ level: 'warn' }, { write: (line: string) => logged.push(line) }),
  })
  t.teardown(() => record[Symbol.asyncDispose]())
  const entries = async (after = 0): Promise<RecordEntry[]> => {
    const lines = await Array.fromAsync(debugRecord(paths, after))
    return lines.flatMap(line => ('entry' in line ? [line.entry] : []))
  }
  return { record, paths, logged, entries }
}

const event = (body: unknown) => ({ type: 'event', event: 'output', body }) as const

t.test('what is noted stands in its file, in order, behind a head', async t => {
  const { record, entries } = recordRig(t)
  const alice = viewer('alice')
  t.equal(record.note('server', alice, { type: 'request', command: 'next', arguments: { threadId: 1 } }), 1)
  t.equal(record.note('adapter', null, event({ output: 'é\n' })), 2)
  await record.flush()
  record.note('session', null, { type: 'unanswered', request_seq: 1, command: 'next', why: 'late' })
  await record.flush()
  t.match(await entries(), [
    { n: 0, from: 'session', message: { type: 'record', worktree: '/work' } },
    { n: 1, from: 'server', by: alice, message: { command: 'next', arguments: { threadId: 1 } } },
    { n: 2, from: 'adapter', by: null, message: { body: { output: 'é\n' } } },
    { n: 3, from: 'session', message: { type: 'unanswered', why: 'late' } },
  ])
  t.same(
    (await entries(2)).map(({ n }) => n),
    [0, 3],
    'and is read from behind a number on',
  )
})

t.test('secrets are masked wherever they stand in texts', async t => {
  const { record, paths, entries } = recordRig(t, ['hunter2', 'ключ"\n7', 'true'])
  record.note('adapter', null, {
    ...event({ variables: [{ name: 'hunter2', value: "'a hunter2hunter2'", ok: true, size: 7 }] }),
  })
  record.note('server', null, { type: 'request', command: 'x', arguments: { hunter2: ['ключ"\n7', 'true'] } })
  await record.flush()
  const text = readFileSync(paths.later, 'utf8')
  t.notMatch(text, /hunter2|ключ|\\u043a/)
  const [, first, second] = await entries()
  t.match(first?.message, {
    body: { variables: [{ name: '*******', value: `'a ${'*'.repeat(14)}'`, ok: true, size: 7 }] },
  })
  t.match(second?.message, { arguments: { '*******': [/^\*+$/, '****'] } })
})

t.test('a message that is too long is cut, and says so', async t => {
  const { record, entries } = recordRig(t)
  record.note('adapter', null, event('x'.repeat(2 * 1024 * 1024)))
  record.note('adapter', null, event('short'))
  await record.flush()
  const [, cut, whole] = await entries()
  t.ok((cut?.cut ?? 0) > 2 * 1024 * 1024)
  t.same(cut?.message, { type: 'event', event: 'output' })
  t.match(whole?.message, { body: 'short' })
})

t.test('a flood is bounded, and what was left out is told', async t => {
  const { record, entries } = recordRig(t)
  for (let n = 0; n < 25_000; n++) record.note('adapter', null, event(n))
  await record.flush()
  const all = await entries()
  t.equal(all.length, 10_002)
  t.match(all.at(-1)?.message, { type: 'dropped', entries: 15_000 })
  record.note('adapter', null, event('after'))
  await record.flush()
  t.match((await entries(25_000)).at(-1), { n: 25_001, message: { body: 'after' } })
})

t.test('few entries that are long are a flood as well', async t => {
  const { record, entries } = recordRig(t)
  const long = { parts: Array.from({ length: 1_000 }, () => ({ value: 'x'.repeat(1_000) })) }
  for (let n = 0; n < 100; n++) record.note('adapter', null, event(long))
  await record.flush()
  const all = await entries()
  t.ok(all.length > 20 && all.length < 40, `${all.length}`)
  t.match(all.at(-1)?.message, { type: 'dropped', entries: 102 - all.length })
  record.note('adapter', null, event(long))
  await record.flush()
  t.match((await entries(100)).at(-1), { n: 101, message: { body: { parts: [] } } })
})

t.test('where it cannot be written nothing else fails', async t => {
  const folder = t.testdir({ file: '' })
  const { record, logged } = recordRig(t, [], join(folder, 'file'))
  record.note('adapter', null, event(1))
  await record.flush()
  record.note('adapter', null, event(2))
  await record.flush()
  t.equal(logged.length, 1, 'and it is told once')
  t.match(logged[0], 'is not recorded any more')
})

t.test('lines that are no entries are told as such', async t => {
  const { record, paths } = recordRig(t)
  record.note('adapter', null, event(1))
  record.note('adapter', null, event(2))
  await record.flush()
  const text = readFileSync(paths.later, 'utf8')
  const [head = '', first = ''] = text.split('\n')
  const spoilt = [head, first.replace('adapter', 'nobody'), '{"n":', '\0\0', first, first.slice(0, 40)]
  writeFileSync(paths.later, spoilt.join('\n'))
  const lines = await Array.fromAsync(debugRecord(paths))
  t.same(
    lines.map(line => ('entry' in line ? line.entry.n : 'damaged')),
    [0, 'damaged', 'damaged', 'damaged', 1, 'damaged'],
  )
  t.ok(lines.every(line => 'damaged' in line || recordEntrySchema.safeParse(line.entry).success))
  t.same(await Array.fromAsync(debugRecord({ earlier: '/none', later: '/none' })), [], 'none is no record')
})

t.test('what comes when it is over begins no file anew', async t => {
  const { record, entries } = recordRig(t)
  record.note('adapter', null, event('before'))
  await record[Symbol.asyncDispose]()
  record.note('adapter', null, event('after'))
  await record.flush()
  t.match(await entries(), [{ n: 0 }, { n: 1, message: { body: 'before' } }])
})
