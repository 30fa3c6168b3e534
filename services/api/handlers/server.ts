import { sql } from 'kysely'
import { toSignIn, toToken, toUser } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { done, refuse } from '../outcome.ts'
import type { Handlers } from './handler.ts'
import { userOf } from './user-of.ts'

type Names = 'server.health' | 'server.readiness' | 'server.features' | 'server.whoami'

export const serverHandlers = (context: Context): Pick<Handlers, Names> => ({
  'server.health': async () =>
    done({ status: 'ok', service: 'api', instance: context.instance, version: context.version }),

  'server.readiness': async () => {
    const missing = []
    if (!(await storeAnswers(context))) missing.push('the store does not answer')
    if (context.runner.instance === undefined) missing.push('no runner is connected')
    else if (!(await context.runner.answers())) missing.push('the runner does not answer')
    if (missing.length > 0) return refuse('not_ready', missing.join('; '))
    return done({ status: 'ready', instance: context.instance, store: 'ready', runner: 'ready' })
  },

  'server.features': async () => {
    const { version, runner, allowedSchemes, loopback, environments, debugSessions, sessions } = context
    if (runner.offers === undefined) return refuse('runner_unavailable', 'no runner is connected')
    return done({
      version,
      ...runner.offers,
      repositories: [...allowedSchemes, ...(loopback ? ['path'] : [])],
      environment: [...environments.default],
      debug_sessions: debugSessions,
      sessions: sessions.per_owner,
    })
  },

  'server.whoami': async (_, { caller: { credential, scopes } }) =>
    done({
      user: toUser(await userOf(context, credential)),
      token: credential.kind === 'token' ? toToken(credential) : null,
      sign_in: credential.kind === 'sign_in' ? toSignIn(credential) : null,
      scopes: [...scopes],
    }),
})

/** A query that every store of ours can answer, tables included. */
async function storeAnswers({ store, log }: Context): Promise<boolean> {
  try {
    await store.read(database =>
      database.selectFrom('service_instances').select(sql<number>`count(*)`.as('count')).execute(),
    )
    return true
  } catch (error) {
    log.error({ err: error }, 'the store does not answer')
    return false
  }
}
