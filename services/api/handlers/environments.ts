import { evictEnvironment } from '../../store/environment-transitions.ts'
import { listEnvironments } from '../../store/environments.ts'
import { toEnvironment } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { done, refuse } from '../outcome.ts'
import { page } from '../page.ts'
import { findEnvironment } from './find.ts'
import type { Handlers } from './handler.ts'
import { byAge } from './orders.ts'
import { eachSeen } from './seen.ts'

type Names = 'environments.list' | 'environments.delete'

export const environmentHandlers = (context: Context): Pick<Handlers, Names> => ({
  'environments.list': ({ manager, ...asked }, { caller }) =>
    page(
      asked,
      byAge,
      async (after, limit) => {
        const { visible } = caller
        const rows = await listEnvironments(context.store, { manager, visible, after, limit })
        return eachSeen(caller, rows, 'environments.list')
      },
      toEnvironment,
    ),

  'environments.delete': async (input, { caller }) => {
    const found = await findEnvironment(context, input.environment, caller)
    if (!found.ok) return found
    const { id, status, sessions } = found.value
    if (status !== 'evicted' && !(await evictEnvironment(context.store, id)))
      return refuse(
        'environment_in_use',
        status === 'building'
          ? `${id} is being built: stop the session that builds it, or wait`
          : `${id} belongs to ${sessions === 1 ? '1 session' : `${sessions} sessions`}: delete them first`,
      )
    context.runner.wake()
    return done({ id, status: 'deleting' })
  },
})
