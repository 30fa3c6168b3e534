import t from 'tap'
import { endCommand } from '../../../services/store/commands.ts'
import { startDebugRig } from './debug-rig.ts'

/** What was told, by stream. */
const told = (
  chunks: readonly ({ stream: string; offset: number } & ({ text: string } | { base64: string }))[],
) => chunks.map(({ stream, offset, ...data }) => [stream, offset, 'text' in data ? data.text : data.base64])

t.test('both streams, from any byte on, without a runner', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const debug = await launched()
  const { command } = debug
  const next = { stdout: 0, stderr: 0, messages: 0 }
  const empty = { command, chunks: [], messages: [], next, complete: false }
  t.same(await rig.call('debug.output', { session }), empty)
  await runner.write(session, command, 'stdout', 'one\ntwo\n')
  await runner.write(session, command, 'stderr', 'oops\n')
  await runner[Symbol.asyncDispose]()
  const all = await rig.call('debug.output', { session })
  t.same(told(all.chunks), [
    ['stdout', 0, 'one\ntwo\n'],
    ['stderr', 0, 'oops\n'],
  ])
  t.match(all, { next: { stdout: 8, stderr: 5 }, complete: false })
  const rest = await rig.call('debug.output', { session, stdout: 4, stderr: 5 })
  t.same(told(rest.chunks), [['stdout', 4, 'two\n']])
  const beyond = await rig.call('debug.output', { session, stdout: 100 })
  t.match(beyond, { next: { stdout: 100, stderr: 5 }, complete: false }, 'it may grow so far still')
})

t.test('a limit cuts between characters, and is never the end of the road', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const { command } = await launched()
  await runner.write(session, command, 'stdout', 'aé€x')
  const read: unknown[] = []
  for (let stdout = 0; stdout < 7; ) {
    const { chunks, next } = await rig.call('debug.output', { session, stdout, limit: 2 })
    read.push(...told(chunks).map(([, offset, data]) => [offset, data]))
    stdout = next.stdout
  }
  const inPieces = [
    [0, 'a'],
    [1, 'é'],
    [3, Buffer.from('€').subarray(0, 2).toString('base64')],
    [5, Buffer.from('€').subarray(2).toString('base64')],
    [6, 'x'],
  ]
  t.same(read, inPieces)
})

t.test('bytes that are no text come as base64; a character that is not whole yet is held back', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const { command } = await launched()
  await runner.write(session, command, 'stdout', Buffer.from([0xff, 0xfe, 0x41]))
  await runner.write(session, command, 'stderr', Buffer.from('€').subarray(0, 2))
  const half = await rig.call('debug.output', { session })
  t.same(told(half.chunks), [['stdout', 0, Buffer.from([0xff, 0xfe, 0x41]).toString('base64')]])
  t.match(half.next, { stdout: 3, stderr: 0 })
  await runner.write(session, command, 'stderr', Buffer.from('€').subarray(2))
  t.same(told((await rig.call('debug.output', { session, stdout: 3 })).chunks), [['stderr', 0, '€']])
})

t.test('the end is what was recorded: nothing beyond it, and complete once all is told', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const { command } = await launched()
  await runner.write(session, command, 'stdout', Buffer.concat([Buffer.from('done'), Buffer.from([0xc3])]))
  await runner.end(session, command)
  await runner.write(session, command, 'stdout', 'too late')
  const some = await rig.call('debug.output', { session, limit: 2 })
  t.match(some, { next: { stdout: 2 }, complete: false })
  const rest = await rig.call('debug.output', { session, stdout: 2 })
  t.match(rest, { next: { stdout: 5, stderr: 0 }, complete: true })
  t.same(told(rest.chunks), [['stdout', 2, Buffer.from([0x6e, 0x65, 0xc3]).toString('base64')]])
  t.match(await rig.call('debug.output', { session, stdout: 5 }), { chunks: [], complete: true })
  t.match(await rig.refused('debug.output', { session, stdout: 6 }), {
    code: 'offset_out_of_range',
    detail: /stdout has ended at byte 5/,
  })
})

t.test('who was told more than was kept stands at the end', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const { command } = await launched()
  await runner.write(session, command, 'stdout', '12345')
  const end = { exit_code: 1, failure: null, stdout_bytes: 2, stderr_bytes: 0, truncated: true }
  await endCommand(rig.store, command, 'failed', end, new Date().toISOString())
  const output = await rig.call('debug.output', { session, stdout: 5 })
  t.match(output, { chunks: [], next: { stdout: 2, stderr: 0 }, complete: true })
})

t.test('a log of any size is told in bounded parts', async t => {
  const { rig, session, launched, runner } = await startDebugRig(t)
  const { command } = await launched()
  const text = 'a line of a log\n'.repeat(100_000)
  await runner.write(session, command, 'stdout', text)
  await runner.end(session, command)
  let read = ''
  for (let stdout = 0; ; ) {
    const page = await rig.call('debug.output', { session, stdout, limit: 1_000_000 })
    for (const chunk of page.chunks) read += 'text' in chunk ? chunk.text : ''
    t.ok(page.next.stdout - stdout <= 1_000_000)
    stdout = page.next.stdout
    if (page.complete) break
  }
  t.equal(read, text)
})
