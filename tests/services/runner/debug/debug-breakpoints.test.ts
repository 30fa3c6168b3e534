import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Breakpoint } from '../../../../services/contract/debug-breakpoints.ts'
import { debugRig, noDebugpy } from './debug-rig.ts'

const tree = {
  'app.py': `import time

# a comment
def work(n):
    """Says
    much."""
    value = n
    return value

while True:
    work(1)
    time.sleep(0.01)
`,
  'other.py': 'x = 1\n',
}

t.setTimeout(240_000)

t.test('breakpoints come and go, and say why they do not hold', { skip: noDebugpy }, async t => {
  const { rig, session, client, run, launch, state, answer, refusal } = await debugRig(t, tree)
  const asked = ['app.py:2', 'app.py:3', 'app.py:400', 'ap.py:1', 'no/such.py:7', './app.py:7', 'app.py:7']
  const debug = await run({ breakpoints: asked })
  t.match(debug.at.stop, { breakpoints: [6], frame: { line: 7 } })
  t.match(debug.at.breakpoints, [
    { id: 1, file: 'app.py', line: 2, verified: false, message: debug.at.breakpoints[0]?.message },
    { id: 2, file: 'app.py', line: 3, verified: false, message: debug.at.breakpoints[1]?.message },
    {
      ...{ id: 3, file: 'app.py', line: 400, verified: false },
      message: 'line 400 holds no code; the nearest line with code is 12',
    },
    {
      ...{ id: 4, file: 'ap.py', line: 1, verified: false },
      message: 'no such file in the worktree; did you mean app.py?',
    },
    { id: 5, file: 'no/such.py', line: 7, verified: false, message: 'no such file in the worktree' },
    { id: 6, file: 'app.py', line: 7, verified: true, message: null },
  ])
  for (const { id, message } of debug.at.breakpoints.slice(0, 2))
    t.match(message, new RegExp(`^line ${id + 1} holds no code; the nearest line with code is \\d+$`))

  const change = async (breakpoints: string[], remove = false) =>
    (await answer(debug, 'debug.break', { breakpoints, remove })) as Breakpoint[]
  const ids = (list: Breakpoint[]) => list.map(({ id }) => id)

  await t.test('the debuggee stops in no line that nobody asked for', async t => {
    for (let i = 0; i < 3; i++)
      t.match(await state(debug, 'debug.continue'), { stop: { breakpoints: [6], frame: { line: 7 } } })
  })

  await t.test('while it is stopped', async t => {
    t.same(ids(await change([])), [1, 2, 3, 4, 5, 6])
    t.same(ids(await change(asked.slice(0, 5), true)), [6])
    t.match(await change(['app.py:8', 'app.py:8', 'app.py:7']), [
      { id: 6, verified: true },
      { id: 7, line: 8, verified: true, message: null },
    ])
    t.match(await state(debug, 'debug.continue'), { stop: { breakpoints: [7], frame: { line: 8 } } })
    t.match(client.events.filter(({ event }) => event === 'breakpoints').at(-1), {
      debug: { id: debug.id, breakpoints: [{ id: 6 }, { id: 7 }] },
    })
  })

  await t.test('a step that ends on a breakpoint stands at it', async t => {
    await state(debug, 'debug.continue')
    t.match(await state(debug, 'debug.next'), { stop: { breakpoints: [7], frame: { line: 8 } } })
  })

  await t.test('while it is running', async t => {
    t.same(await change(['app.py:7', 'app.py:8', 'app.py:1'], true), [])
    t.match(await state(debug, 'debug.continue', { wait: 0 }), { status: 'running', breakpoints: [] })
    t.match(await change(['app.py:11']), [{ id: 8, line: 11, verified: true }])
    t.match(await state(debug, 'debug.status'), { stop: { breakpoints: [8], frame: { line: 11 } } })
  })

  await t.test('a file that comes later is found when it is asked for again', async t => {
    t.match((await change(['late.py:1'])).at(-1), { verified: false, message: /no such file/ })
    writeFileSync(join(rig.files.worktree(session.id), 'late.py'), 'x = 1\n')
    t.match((await change(['late.py:1'])).at(-1), { id: 9, verified: true, message: null })
  })

  await t.test('there may be 1000 of them', async t => {
    const many = Array.from({ length: 999 }, (_, i) => `other.py:${i + 1}`)
    t.match(await refusal(debug, 'debug.break', { breakpoints: many }), {
      code: 'debugger_refused',
      detail: /at most 1000 breakpoints/,
    })
    const long = (of: number) => ({ kind: 'line', at: `other.py:${of}`, condition: 'x'.repeat(10_000) })
    t.match(
      await refusal(debug, 'debug.break', {
        breakpoints: Array.from({ length: 100 }, (_, i) => long(i + 1)),
      }),
      {
        code: 'debugger_refused',
        detail: /at most 1000000 characters of breakpoints/,
      },
    )
    t.match(await refusal(debug, 'debug.break', { breakpoints: ['../app.py:1'] }), { code: 'invalid_input' })
    t.equal((await change([])).length, 2, 'and nothing has changed')
  })

  await t.test('asked for before it is launched, they are set once it is', async t => {
    const second = await launch({ file: 'app.py' })
    const list = (await answer(second, 'debug.break', { breakpoints: ['app.py:11'] })) as Breakpoint[]
    t.match(list, [{ id: 1, verified: true }])
    t.match(await state(second, 'debug.status'), { stop: { frame: { line: 11 } } })
    await state(second, 'debug.terminate')
  })
})

t.test('after the end they are told as they stood', { skip: noDebugpy }, async t => {
  const { launch, state } = await debugRig(t, { 'app.py': '# a comment\nx = 1\n', 'other.py': 'x = 1\n' })
  const debug = await launch({ file: 'app.py', breakpoints: ['ap.py:2', 'app.py:1', 'other.py:1'] })
  const breakpoints = [
    { id: 1, verified: false, message: 'no such file in the worktree; did you mean app.py?' },
    { id: 2, verified: false, message: /^line 1 holds no code/ },
    { id: 3, verified: true, message: null },
  ]
  t.match(await state(debug, 'debug.status'), { status: 'ended', breakpoints }, 'to who waited')
  t.match(await state(debug, 'debug.status'), { status: 'ended', breakpoints }, 'from the store')
})
