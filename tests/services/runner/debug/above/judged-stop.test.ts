import t from 'tap'
import { judgedStop } from '../../../../../services/runner/debug/above/judged-stop.ts'

const stop = (reason: string, description: string | null, text: string | null = null) => ({
  reason,
  description,
  text,
})
const none = { exception: null, signal: null, exit_code: null }

t.test('exceptions, assertions and exits are told apart by their type', t => {
  for (const [description, text, outcome] of [
    ['KeyError', "'a'", 'exception'],
    ['AssertionError', '', 'assertion'],
    ['AssertionError [ERR_ASSERTION]', 'x', 'assertion'],
    ['_pytest.outcomes.Failed', 'no', 'assertion'],
    ['Error', 'assertion failed: `(left == right)`', 'assertion'],
    ['panic', 'index out of range', 'exception'],
  ] as const)
    t.same(judgedStop(stop('exception', description, text), []), {
      ...none,
      outcome,
      exception: { type: description, message: text },
    })
  for (const [text, exit_code] of [
    ['3', 3],
    ['cannot go on', 1],
    [null, 1],
  ] as const)
    t.match(judgedStop(stop('exception', 'SystemExit', text), []), { outcome: 'exit', exit_code })
  t.match(judgedStop(stop('exception', 'exit', '6'), ['_exit']), { outcome: 'exit', exit_code: 6 })
  t.end()
})

t.test('a signal is told by what lies on the stack', t => {
  const abort = ['__pthread_kill_implementation', '__GI_raise', '__GI_abort']
  for (const [description, functions, outcome] of [
    ['SIGSEGV', ['main'], 'signal'],
    ['signal SIGABRT', abort, 'signal'],
    ['SIGABRT', [...abort, '__assert_fail_base', '__GI___assert_fail', 'main'], 'assertion'],
    [
      'SIGABRT',
      [...abort, '__gnu_cxx::__verbose_terminate_handler()', 'std::terminate()', 'main'],
      'exception',
    ],
    ['SIGABRT', [...abort, 'core::panicking::assert_failed_inner', 'app::main'], 'assertion'],
    ['SIGABRT', [...abort, 'rust_panic', 'app::main'], 'exception'],
  ] as const)
    t.match(judgedStop(stop('exception', description), functions), { outcome, signal: /^SIG[A-Z]+$/ })
  t.match(judgedStop(stop('signal', 'Aborted', 'SIGABRT'), []), { outcome: 'signal', signal: 'SIGABRT' })
  t.end()
})

t.test('what ends nothing is no failure', t => {
  t.equal(judgedStop(stop('exception', 'SIGCHLD'), []), undefined)
  for (const reason of ['breakpoint', 'step', 'pause', 'entry'])
    t.equal(judgedStop(stop(reason, 'SIGSEGV'), []), undefined)
  t.end()
})
