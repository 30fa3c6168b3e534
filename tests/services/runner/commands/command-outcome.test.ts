import t from 'tap'
import { commandOutcome } from '../../../../services/runner/commands/command-outcome.ts'
import { soleProgram } from '../../../../services/runner/commands/missing-program.ts'
import { parseExitFile, parseProcessFile } from '../../../../services/runner/commands/wrapper-files.ts'

t.test('how a command ended', async t => {
  const code = (code: number) => ({ kind: 'exited' as const, code })
  const gone = { kind: 'gone' as const }
  t.same(commandOutcome(code(0), undefined), { status: 'succeeded', exit_code: 0, failure: null })
  t.same(commandOutcome(code(7), undefined), { status: 'failed', exit_code: 7, failure: null })
  t.match(commandOutcome(gone, undefined), {
    status: 'lost',
    exit_code: null,
    failure: { reason: 'exit_status_unknown' },
  })
  const cancelled = { reason: 'cancelled_by_client' } as const
  t.match(commandOutcome(code(0), cancelled), { status: 'cancelled', exit_code: 0, failure: cancelled })
  t.match(commandOutcome(gone, cancelled), { status: 'cancelled', exit_code: null })
  t.match(commandOutcome(code(143), { reason: 'session_stopped' }), { status: 'cancelled', exit_code: 143 })
  t.match(commandOutcome(code(143), { reason: 'timed_out', seconds: 1.5 }), {
    status: 'timed_out',
    exit_code: 143,
    failure: { reason: 'timed_out', message: /1\.5 s/ },
  })
  t.match(commandOutcome(code(143), { reason: 'ended_by_debugger' }), {
    status: 'cancelled',
    failure: { reason: 'ended_by_debugger' },
  })
  t.match(commandOutcome(code(137), { reason: 'debugger_lost' }), {
    status: 'failed',
    failure: { reason: 'debugger_lost', message: /runner that held its debugger/ },
  })
  t.same(commandOutcome(code(137), { reason: 'spawn_failed', message: 'it does not build' }), {
    status: 'failed',
    exit_code: null,
    failure: { reason: 'spawn_failed', message: 'it does not build' },
  })
  t.match(commandOutcome(gone, { reason: 'debugger_failed', message: 'it hangs' }), {
    status: 'failed',
    failure: { reason: 'debugger_failed', message: 'it hangs' },
  })
})

t.test('the files of a wrapper', async t => {
  for (const [text, code] of [
    ['0\n', 0],
    ['255\n', 255],
    ['', undefined],
    ['1', undefined],
    ['12', undefined],
    ['x\n', undefined],
    ['1\n2\n', undefined],
    ['7\n \n', 7],
    ['   \n', undefined],
  ] as const)
    t.equal(parseExitFile(text), code, JSON.stringify(text))
  t.same(parseProcessFile('12 ab:34\n'), { pid: 12, startTime: 'ab:34' })
  t.same(parseProcessFile('12 Mon Jan  5 10:00:00 2026   \n'), {
    pid: 12,
    startTime: 'Mon Jan  5 10:00:00 2026',
  })
  for (const text of ['', '12', '12 ', '12 \n', '12 ab', 'x y\n']) t.equal(parseProcessFile(text), undefined)
})

t.test('lines that are one call of one program', async t => {
  for (const [line, program] of [
    ['pytest', 'pytest'],
    ['  python3 -m unittest -v  ', 'python3'],
    ['./run.sh a=b x/y', './run.sh'],
    ['A=1 pytest', undefined],
    ['exit 127', undefined],
    ['cd x', undefined],
    ['a; b', undefined],
    ['a && b', undefined],
    ['a | b', undefined],
    ['a $b', undefined],
    ['a `b`', undefined],
    ['a > b', undefined],
    ['a "b"', undefined],
    ['a\nb', undefined],
    ['', undefined],
  ] as const)
    t.equal(soleProgram(line), program, JSON.stringify(line))
})
