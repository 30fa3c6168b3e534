import type { Isolation } from '../../contract/isolation.ts'
import type { SessionFailure } from '../../contract/session-state.ts'
import type { RunnerContext } from '../context.ts'

/** How a session that starts now is kept apart; or why it cannot start. */
export function startIsolation(
  { isolation: { sandbox, mode } }: Pick<RunnerContext, 'isolation'>,
  session: { readonly offline: number },
): { ok: true; isolation: Isolation } | { ok: false; failure: SessionFailure } {
  if (sandbox.kind === 'bubblewrap') return { ok: true, isolation: 'bubblewrap' }
  const wanted =
    mode === 'bubblewrap'
      ? 'runner.sandbox demands bubblewrap'
      : session.offline === 1
        ? 'a session without network needs bubblewrap'
        : undefined
  if (wanted === undefined) return { ok: true, isolation: 'none' }
  return { ok: false, failure: { reason: 'isolation_unavailable', message: `${wanted}: ${sandbox.reason}` } }
}
