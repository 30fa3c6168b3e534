import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import type { RecordEntry } from '../../../../../services/contract/debug-record.ts'
import type { DebugReplay } from '../../../../../services/contract/debug-replay.ts'
import { debugRecord } from '../../../../../services/store/debug-record.ts'
import { until } from '../../../../until.ts'
import { debugRig, noDebugpy } from '../debug-rig.ts'

t.setTimeout(120_000)

const program = `def total_of(items):
    total = 0
    for item in items:
        total += item
        print('added', item, flush=True)
    return total

print(total_of([1, 2, 3]))
`

/** A debug session that was looked at at its first two stops, and has ended. */
async function recorded(t: Test) {
  const rig = await debugRig(t, { 'app.py': program })
  const { run, state, stack, variables, evaluate, client } = rig
  const debug = await run({ breakpoints: ['app.py:4'] })
  const seen = {
    stack: await stack(debug),
    variables: await variables(debug),
    caller: await variables(debug, { frame: 1 }),
    value: await evaluate(debug, 'items[1:]'),
  }
  const { reference } = seen.variables.variables.find(({ name }) => name === 'items') ?? { reference: 0 }
  const parts = await variables(debug, { reference })
  await state(debug, 'debug.continue')
  await state(debug, 'debug.next')
  const last = await state(debug, 'debug.status')
  const live = await client.ask(debug.id, 'debug.replay', { at: 1 })
  await state(debug, 'debug.terminate')
  const replay = async (input: object = {}): Promise<DebugReplay> => {
    const answer = await client.ask(debug.id, 'debug.replay', input)
    if (!answer.ok) throw new Error(`${answer.code}: ${answer.detail}`)
    return answer.value as DebugReplay
  }
  const paths = rig.rig.files.debugRecord(debug.session, debug.id)
  return { ...rig, debug, seen, parts: { reference, ...parts }, last, live, replay, paths }
}

/** The source of other frames than the innermost is not kept. */
const withoutSource = ({ frames }: { frames: { index: number }[] }) =>
  frames.map(frame => (frame.index === 0 ? frame : { ...frame, source: null }))

t.test('stack, variables and values are told again from the record', { skip: noDebugpy }, async t => {
  const { debug, seen, parts, last, live, replay, paths, client } = await recorded(t)
  const first = await replay({ at: 1 })
  t.same(first.stop, debug.at.stop)
  t.same(first.frames, withoutSource(seen.stack))
  t.same(first.variables, seen.variables.variables)
  t.match(first.scopes, [{ name: 'Locals' }, { name: 'Globals' }])
  t.match(first.evaluated, [
    { expression: 'items[1:]', value: seen.value.value, error: null, by: client.viewer },
  ])
  t.same(first.output, { stdout: 0, stderr: 0, chunks: [] })
  t.match(first.missing, [/^the threads: .*was not asked for at this stop/])
  t.same(first.stops, { first: 1, last: 3 })
  t.same(live, { ok: true, value: first }, 'while it still stood elsewhere as well')
  t.same((await replay({ at: 1, frame: 1 })).variables, seen.caller.variables)
  const { reference } = parts
  t.same((await replay({ at: 1, reference })).variables, parts.variables)

  const second = await replay({ at: 2 })
  t.match(second, { frames: [{ name: 'total_of', line: 4 }], scopes: null, variables: null, evaluated: [] })
  t.equal(second.frames?.length, 1, 'as much of the stack as came with the stop')
  t.match(second.missing.join('\n'), /the stack: .*\n.*the variables of frame 0: .*was not asked for/s)
  t.match(second, { by: client.viewer, output: { stdout: 8 } })
  t.same((await replay()).stop, last.stop, 'without a number the last')
  t.match(await client.ask(debug.id, 'debug.replay', { at: 9 }), {
    code: 'stop_not_recorded',
    detail: /stop 9 is not recorded: there are 1 to 3/,
  })

  const lines = await Array.fromAsync(debugRecord(paths))
  const entries = lines.flatMap(line => ('entry' in line ? [line.entry] : []))
  t.equal(entries.length, lines.length)
  t.same(
    entries.map(({ n }) => n),
    entries.map((_, index) => index),
    'every entry has its number',
  )
  t.match(entries.at(-1)?.message, { type: 'state', event: 'ended' })
  const by = (command: string) =>
    entries.flatMap(({ message, by }) =>
      message.type === 'request' && message.command === command ? [by?.user] : [],
    )
  t.same([by('initialize'), by('next'), by('evaluate')], [[undefined], ['alice'], ['alice']])
  t.ok(paired(entries), 'every request has its answer behind it')
})

function paired(entries: readonly RecordEntry[]): boolean {
  const asked = new Set(entries.filter(({ message }) => message.type === 'request').map(({ n }) => n))
  for (const { n, message } of entries)
    if (message.type === 'response' || message.type === 'unanswered') {
      if (message.request_seq >= n || !asked.delete(message.request_seq)) return false
    }
  return asked.size === 0
}

t.test('a record that was cut or spoilt tells what is left of it', { skip: noDebugpy }, async t => {
  const { client, debug, replay, paths, seen } = await recorded(t)
  const whole = readFileSync(paths.later, 'utf8')
  const lines = whole.split('\n')
  const second = lines.findIndex(line => line.includes('"number":2'))
  writeFileSync(paths.later, `${lines.slice(0, second).join('\n')}\n${lines[second]?.slice(0, 50)}`)
  const cut = await replay()
  t.match(cut, { stop: { number: 1 }, stops: { first: 1, last: 1 } })
  t.same(cut.variables, seen.variables.variables)
  t.match(cut.missing.at(-1), '1 lines of the record cannot be read')

  const spoilt = lines.map(line => (line.includes('"command":"scopes"') ? `${line}}` : line))
  writeFileSync(paths.later, spoilt.join('\n'))
  const without = await replay({ at: 1 })
  t.match(without, { scopes: null, variables: null, frames: [{ line: 4 }, {}] })
  t.match(without.missing.at(-1), /lines of the record cannot be read/)

  writeFileSync(paths.later, '\0'.repeat(10_000))
  const none = await client.ask(debug.id, 'debug.replay')
  t.match(none, { code: 'stop_not_recorded', detail: /no record that can be read/ })
  rmSync(paths.later)
  t.match(await client.ask(debug.id, 'debug.replay'), { code: 'stop_not_recorded' })
})

t.test('a record is as long as the runner has been told', { skip: noDebugpy }, async t => {
  const most = 65_536
  const { rig, run, evaluate, state } = await debugRig(t, { 'app.py': program }, { recordBytes: most })
  const debug = await run({ breakpoints: ['app.py:4'] })
  const { earlier, later } = rig.files.debugRecord(debug.session, debug.id)
  for (let at = 0; at < 40; at++) await evaluate(debug, `'${at}' * 900`)
  await state(debug, 'debug.terminate')
  await until('the oldest part to be dropped', () => existsSync(earlier) && existsSync(later))
  t.ok(statSync(earlier).size + statSync(later).size <= most)
})
