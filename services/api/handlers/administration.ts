import { z } from 'zod'
import type { Runner } from '../../contract/administration-resources.ts'
import { statistics } from '../../store/statistics.ts'
import { resolveRunner, type WorkingRunner, workingRunners } from '../../store/working-runners.ts'
import type { Context } from '../context.ts'
import { done, refuse } from '../outcome.ts'
import { page } from '../page.ts'
import { decide } from './find.ts'
import type { Handlers } from './handler.ts'

const byToken = { key: z.int(), keyOf: ({ token }: WorkingRunner): number => token }

type Names = 'runners.list' | 'runners.get' | 'admin.stats'

export const administrationHandlers = (context: Context): Pick<Handlers, Names> => ({
  'runners.list': input =>
    page(
      input,
      byToken,
      (after, limit) => workingRunners(context.store, { after, limit }),
      row => toRunner(context, row),
    ),

  'runners.get': async ({ runner }) => {
    const found = decide(await resolveRunner(context.store, runner), runner, () =>
      refuse('runner_not_found', `no runner ${runner}`),
    )
    return found.ok ? done(toRunner(context, found.value)) : found
  },

  'admin.stats': async () => done(await statistics(context.store)),
})

const toRunner = ({ runner }: Context, row: WorkingRunner): Runner => ({
  id: row.instance_id,
  token: row.token,
  host: row.host,
  pid: row.pid,
  renewed_at: row.renewed_at,
  term: row.term_ms / 1_000,
  connected: row.instance_id === runner.instance,
  sessions: row.sessions,
  commands: row.commands,
})
