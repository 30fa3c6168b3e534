import t from 'tap'
import { sessionFailure } from '../../../client/cli/until-session-runs.ts'
import { session } from '../samples.ts'

t.test('what to do about a session that has failed names that session', async t => {
  const failed = session({
    status: 'failed',
    failure: { reason: 'environment_failed', message: 'npm ended with exit code 1:\n\u001b[31mE404' },
  })
  const error = sessionFailure(failed)
  t.equal(error.message, `${failed.id} failed: npm ended with exit code 1:\n  \\x1b[31mE404`)
  t.match(error.fix, `debug-server session logs ${failed.id}`)
  t.match(sessionFailure(session({ status: 'failed', failure: null })), { fix: undefined })
})
