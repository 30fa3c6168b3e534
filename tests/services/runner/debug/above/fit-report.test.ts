import t from 'tap'
import type { ReportFrame } from '../../../../../services/contract/debug-report.ts'
import { failureReport } from '../../../../../services/contract/examples/things.ts'
import { bytesOf, fitReport } from '../../../../../services/runner/debug/above/fit-report.ts'
import { isOwn } from '../../../../../services/runner/debug/above/own-files.ts'
import {
  relevantVariables,
  tellsNothing,
} from '../../../../../services/runner/debug/above/relevant-variables.ts'

const frame = (index: number, size: number): ReportFrame => ({
  ...{ index, name: 'f', file: 'a.py', line: 50, own: true, folded: 0 },
  source: Array.from({ length: 9 }, (_, i) => ({ line: 46 + i, text: 'é'.repeat(size) })),
  variables: Array.from({ length: 40 }, (_, i) => ({
    name: `v${i}`,
    value: '漢'.repeat(size),
    truncated: false,
    type: 'str',
    named: i < 2,
    parts: [{ name: 'p', value: '"'.repeat(size) }],
  })),
})

t.test('what fits stays whole', t => {
  t.same(fitReport(failureReport, 8_000), failureReport)
  t.end()
})

t.test('what does not is cut evenly, and named', t => {
  const frames = Array.from({ length: 9 }, (_, i) => frame(i, 600))
  const exception = { type: 'E'.repeat(500), message: 'm'.repeat(5_000) }
  const fitted = fitReport({ ...failureReport, exception, frames }, 5_000)
  t.ok(bytesOf(fitted) <= 5_000)
  t.ok(fitted.frames.length >= 2)
  t.match(fitted.left_out, [
    '9 outer frames: debug.stack',
    /^\d+ variables of frame 0: debug.variables$/,
    /^\d+ variables of frame 1: debug.variables$/,
    /^\d outer frames: debug.stack$/,
    "the end of the exception's text: debug.status",
  ])
  t.ok(
    fitted.frames[0]?.source.some(({ line }) => line === 50),
    'the failing line is kept to the last',
  )
  t.match(fitted.frames[0]?.variables[0], { name: 'v0', truncated: true })
  t.end()
})

t.test('of what a test framework has captured the end is kept', t => {
  const lines = Array.from({ length: 60 }, (_, i) => `line ${i} of many\n`).join('')
  const captured = { stdout: lines, stderr: '\n'.repeat(2_000), log: `${'x'.repeat(700)}\n` }
  const fitted = fitReport({ ...failureReport, captured }, 5_000)
  t.match(fitted.captured?.stdout, /^line \d+ of many\n[\s\S]*line 59 of many\n$/)
  t.equal(fitted.captured?.log, `${'x'.repeat(599)}\n`)
  t.ok(fitted.left_out.includes('the beginning of what the test framework has captured'))
  t.end()
})

t.test('a report is bounded whatever is in it', t => {
  const frames = [{ ...frame(0, 3_000), name: '\u0007'.repeat(9_000), file: 'x'.repeat(4_000) }]
  t.ok(bytesOf(fitReport({ ...failureReport, frames }, 3_000)) <= 3_000)
  t.end()
})

t.test('variables of the line come first, then those above, and what a debugger makes up not at all', t => {
  const all = ['alpha', 'beta', 'gamma', 'special variables', '__name__', 'größe'].map(name => ({ name }))
  t.same(
    relevantVariables(all, 'return gamma + größe', ['beta = 2']).map(({ name, named }) => [name, named]),
    [
      ['gamma', true],
      ['größe', true],
      ['beta', false],
      ['alpha', false],
    ],
  )
  t.end()
})

t.test('values that are places tell nothing', t => {
  for (const value of [
    '<app.Item object at 0x7f01>',
    '{...}',
    '0x7ffe',
    '(struct item *) 0x55',
    'Object',
    'Item {…}',
  ])
    t.ok(tellsNothing(value), value)
  for (const value of ["'0x7ffe'", '[1, 2]', "{'a': 1}", '<Cart of 3>', '12'])
    t.notOk(tellsNothing(value), value)
  t.end()
})

t.test('own files are those of the worktree that are no libraries', t => {
  for (const file of ['app.py', 'src/vendors.ts']) t.ok(isOwn(file), file)
  for (const file of [
    null,
    '/usr/lib/python3/json/decoder.py',
    '.venv/lib/x.py',
    'web/node_modules/a.js',
    '<string>',
  ])
    t.notOk(isOwn(file), `${file}`)
  t.end()
})
