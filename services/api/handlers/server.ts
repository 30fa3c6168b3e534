import { programsOf } from '../../contract/debuggee-fields.ts'
import { longestPassword, shortestPassword } from '../../contract/password.ts'
import { type Survey, surveySchema } from '../../contract/runner-messages.ts'
import { toSignIn, toToken, toUser } from '../../store/rows.ts'
import { signInLife } from '../../store/sign-in-rows.ts'
import type { Context } from '../context.ts'
import { done, type Outcome, refuse } from '../outcome.ts'
import { accessTokenLife } from '../sign-in/access-tokens.ts'
import type { Handlers } from './handler.ts'
import { userOf } from './user-of.ts'

/** How long the programs of a host may take to tell their versions, in milliseconds. */
const surveyMs = 25_000

const signInFeatures = {
  registration: 'invite' as const,
  password: { least: shortestPassword, most: longestPassword },
  access_seconds: accessTokenLife,
  refresh_seconds: signInLife / 1_000,
}

type Names = 'server.health' | 'server.readiness' | 'server.features' | 'server.whoami' | 'debug.engines'

export const serverHandlers = (context: Context): Pick<Handlers, Names> => ({
  'server.health': async () =>
    done({ status: 'ok', service: 'api', instance: context.instance, version: context.version }),

  'server.readiness': async () => {
    const { store, runners } = await context.readiness.look()
    const own = runners.find(({ connected }) => connected)
    const missing = []
    if (store !== 'ready') missing.push('the store does not answer')
    if (own === undefined) missing.push('no runner is connected')
    else if (own.status !== 'ready') missing.push(`the runner ${own.id} does not answer`)
    if (missing.length > 0) return refuse('not_ready', missing.join('; '))
    return done({ status: 'ready', instance: context.instance, store: 'ready', runners: [...runners] })
  },

  'server.features': async (_, { gone }) => {
    const { version, runner, allowedSchemes, loopback, environments, debugSessions, sessions } = context
    const survey = await surveyOf(context, gone)
    if (!survey.ok) return survey
    const { offers } = runner
    if (offers === undefined) return refuse('runner_unavailable', 'the runner has gone: try again')
    return done({
      version,
      ...offers,
      ...survey.value,
      sign_in: signInFeatures,
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

  'debug.engines': async (_, { gone }) => {
    const survey = await surveyOf(context, gone)
    if (!survey.ok) return survey
    return done(survey.value.debuggers.map(engine => ({ ...engine, debugs: programsOf(engine.name) })))
  },
})

/** What the runner's host has. */
async function surveyOf({ runner }: Context, gone: AbortSignal): Promise<Outcome<Survey>> {
  const survey = await runner.survey({ deadlineMs: surveyMs, signals: [gone] })
  return survey.ok
    ? done(surveySchema.parse(survey.value))
    : refuse('runner_unavailable', `what the runner's host has is not known: ${survey.detail}`)
}
