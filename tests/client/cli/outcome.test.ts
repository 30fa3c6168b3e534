import t from 'tap'
import { type CommandState, firstFailure, outcomeOf } from '../../../client/cli/outcome.ts'
import { commandId } from '../../../services/contract/ids.ts'

const command = (change: Partial<CommandState>): CommandState => ({
  command: commandId.schema.parse('cmd_0123456789ab'),
  sequence: 1,
  status: 'succeeded',
  exit_code: 0,
  failure: null,
  ...change,
})

t.test('a followed command decides the exit code', t => {
  const failed = (reason: NonNullable<CommandState['failure']>['reason'], exit_code: number | null = null) =>
    command({ status: 'failed', exit_code, failure: { reason, message: 'why' } })
  for (const [state, exitCode, reason] of [
    [command({}), 0, undefined],
    [command({ status: 'failed', exit_code: 3 }), 3, undefined],
    [command({ status: 'failed', exit_code: 137 }), 137, undefined],
    [failed('executable_not_found'), 127, /failed: why/],
    [failed('not_executable'), 126, /failed: why/],
    [failed('executable_not_found', 127), 127, /why/],
    [failed('directory_not_found'), 1, /failed: why/],
    [command({ status: 'timed_out', exit_code: 137 }), 124, /timed out/],
    [command({ status: 'cancelled', exit_code: null }), 1, /was cancelled/],
    [command({ status: 'cancelled', exit_code: 143 }), 1, /was cancelled/],
    [command({ status: 'lost', exit_code: null }), 1, /was lost/],
    [command({ status: 'running', exit_code: null }), 1, /has not ended/],
  ] as const) {
    const outcome = outcomeOf(state)
    t.equal(outcome.exitCode, exitCode, state.status)
    if (reason === undefined) t.equal(outcome.reason, undefined)
    else t.match(outcome.reason, reason)
  }
  t.end()
})

t.test('of several commands the first failure counts, whatever order they were told in', t => {
  const states = [
    command({ sequence: 3, status: 'cancelled', exit_code: null }),
    command({ sequence: 2, status: 'failed', exit_code: 7 }),
    command({ sequence: 1 }),
  ]
  t.same(firstFailure(states), { exitCode: 7, reason: undefined })
  t.same(firstFailure([command({})]), { exitCode: 0, reason: undefined })
  t.same(firstFailure([]), { exitCode: 0, reason: undefined })
  t.end()
})
