import t from 'tap'
import type { Probe } from '../../../../../services/contract/debug-probes.ts'
import { recordedSchema } from '../../../../../services/contract/debug-probes.ts'
import { failureReportSchema } from '../../../../../services/contract/debug-report.ts'
import { groundFor } from '../matrix/ground.ts'
import { type LanguageName, languageNames, languages, missingFor } from '../matrix/languages.ts'

/** How a value is told of `total`, before each of the three prices is added. */
const totals = ['0', '1', '3']
/** What the arguments of `total_of` are told as. */
const given: Record<LanguageName, readonly [name: string, value: RegExp][]> = {
  debugpy: [['prices', /^\[1, 2, 39\]$/]],
  gdb: [
    ['prices', /^0x/],
    ['count', /^3$/],
  ],
  'lldb-dap': [
    ['prices', /0x/],
    ['count', /^3$/],
  ],
  rust: [['prices', /./]],
  node: [['prices', /1, ?2, ?39/]],
  delve: [['prices', /1, ?2, ?39/]],
}

/** How the call of `total_of` ends, as far as that is seen. */
const returned = { ended: 'returned', result: '42', depth: 0 } as const
const ends: Record<LanguageName, object> = {
  ...{ debugpy: returned, gdb: returned, 'lldb-dap': returned, rust: returned },
  ...{ node: returned, delve: returned },
}

t.setTimeout(300_000)
for (const name of languageNames)
  t.test(name, { skip: missingFor(languages[name]) ?? false }, async t => {
    const ground = await groundFor(t, languages[name])
    const { file } = languages[name]

    await t.test('calls and values are told while the program runs on', async t => {
      const functions = [`${file}:total_of`, `${file}:nothing_of`, 'nowhere/app.c:f']
      const launched = await ground.run('basic', { breakpoints: [ground.at('call')], trace: functions })
      t.match(await ground.answer(launched, 'debug.trace'), [
        { kind: 'calls', verified: true, message: null },
        { verified: false, message: /^no function nothing_of begins in / },
        { verified: false, message: /^nowhere\/app.c: / },
      ])
      await ground.answer(launched, 'debug.trace', { remove: [2, 3] })
      const watch = { at: ground.at('add'), expression: 'total' }
      const watched = (await ground.answer(launched, 'debug.watch', watch)) as Probe[]
      t.match(watched.at(-1), { kind: 'values', verified: true })
      t.match(await ground.state(launched, 'debug.continue'), { end: { reason: 'exited', exit_code: 3 } })
      const told = recordedSchema.parse(await ground.answer(launched, 'debug.recorded'))
      const values = told.records.flatMap(record => (record.kind === 'value' ? [record.value] : []))
      t.same(values, totals)
      const calls = told.records.flatMap(record => (record.kind === 'call' ? [record] : []))
      t.equal(calls.length, 1)
      t.match(calls[0]?.function, /total_of/)
      t.match(calls[0], ends[name])
      t.match(
        calls[0]?.arguments.map(({ name, value }) => [name, value]),
        given[name],
      )
      t.same(
        told.probes.map(({ hits }) => hits),
        [1, 3],
      )
      await ground.end()
    })

    await t.test('one call tells of the first failure', async t => {
      const launched = await ground.launch('fails', { exceptions: 'failures' })
      const program = { binary: 'app' }
      const report = failureReportSchema.parse(
        await ground.answer(launched, 'debug.run_to_failure', { ...program, wait: 30 }),
      )
      t.match(report, { kept: true, engine: languages[name].engine })
      const said = [report.signal, report.exception?.type, report.exception?.message].join(' ')
      t.match(said, languages[name].failure.description)
      const own = report.frames.find(frame => frame.own)
      t.match(own, { file, line: ground.line('fails') })
      await ground.end()
    })
  })
