import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import t, { type Test } from 'tap'
import { exampleOutputs } from '../../../services/contract/examples/outputs.ts'
import { recordEntry, stop } from '../../../services/contract/examples/things.ts'
import { startDebugRig } from './debug-rig.ts'

/** A debug session with the beginning of a record. */
async function startRecordRig(t: Test) {
  const started = await startDebugRig(t)
  const debug = await started.launched()
  const paths = started.files.debugRecord(debug.session, debug.id)
  await mkdir(dirname(paths.later), { recursive: true })
  const lines = (from: number, to: number, more: object = {}) =>
    Array.from({ length: to - from + 1 }, (_, n) => JSON.stringify({ ...recordEntry, n: from + n, ...more }))
      .map(line => `${line}\n`)
      .join('')
  const read = (input: object = {}) =>
    started.rig.call('debug.transcript', { session: debug.session, ...input })
  return { ...started, debug, paths, lines, read }
}

const numbers = ({ entries }: { entries: { n: number }[] }) => entries.map(({ n }) => n)

t.test('a record is read in parts, from both of its files', async t => {
  const { paths, lines, read, runner, debug, session } = await startRecordRig(t)
  t.match(await read(), { entries: [], total: 0, next: null, dropped: 0, damaged: 0, complete: false })
  await writeFile(paths.earlier, lines(11, 20))
  await writeFile(paths.later, `${lines(0, 0)}${lines(21, 25)}not an entry\n${lines(26, 26)}`)
  const first = await read({ limit: 12 })
  t.same(numbers(first), [11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22])
  t.match(first, { total: 26, next: 22, dropped: 10, damaged: 1, complete: false })
  const rest = await read({ start: 22, limit: 12 })
  t.same(numbers(rest), [23, 24, 25, 26])
  t.match(rest, { total: 26, next: null, dropped: 0, complete: false })
  await runner.end(session, debug.command)
  t.match(await read({ start: 22 }), { next: null, complete: true })
  t.match(await read({ start: 26 }), { entries: [], total: 26, complete: true })
})

t.test('one answer has a bounded length', async t => {
  const { paths, lines, read } = await startRecordRig(t)
  const message = { type: 'event', event: 'output', body: 'x'.repeat(600_000) }
  await writeFile(paths.later, lines(1, 3, { from: 'adapter', message }))
  t.match(numbers(await read()), [1])
  t.match(await read({ start: 1 }), { next: 2, total: 3 })
})

t.test('who waits is told of what comes, or of the end', async t => {
  const { paths, lines, read, runner, debug, session } = await startRecordRig(t)
  await writeFile(paths.later, lines(1, 2))
  t.same(numbers(await read({ start: 1, wait: 30 })), [2], 'at once of what is there')
  const waiting = read({ start: 2, wait: 30 })
  await appendFile(paths.later, lines(3, 3))
  t.same(numbers(await waiting), [3])
  t.match(await read({ start: 3, wait: 0.1 }), { entries: [], complete: false })
  const ending = read({ start: 3, wait: 30 })
  await runner.end(session, debug.command)
  t.match(await ending, { entries: [], complete: true })
})

t.test('of another owner there is no record', async t => {
  const { rig, session } = await startRecordRig(t)
  for (const operation of ['debug.transcript', 'debug.replay'] as const)
    t.match(await rig.refused(operation, { session }, rig.bob), { code: 'session_not_found', status: 404 })
})

t.test('a replay is told with the output by then', async t => {
  const { rig, runner, debug, session } = await startRecordRig(t)
  await runner.write(session, debug.command, 'stdout', 'before\nafter\n')
  const value = {
    ...exampleOutputs['debug.replay'],
    output: { stdout: 7, stderr: 0, chunks: [] },
    missing: [],
  }
  runner.debugger = () => ({ ok: true, value })
  const replay = await rig.call('debug.replay', { session, at: 1 })
  t.match(replay, { stop, output: { stdout: 7, chunks: [{ stream: 'stdout', text: 'before\n' }] } })
  await runner.end(session, debug.command)
  t.match(await rig.call('debug.replay', { session }), { stop, missing: [] }, 'after its end as well')
  runner.debugger = () => ({ ok: false, code: 'stop_not_recorded', detail: 'there are 1 to 3' })
  t.match(await rig.refused('debug.replay', { session, at: 9 }), { code: 'stop_not_recorded', status: 404 })
})
