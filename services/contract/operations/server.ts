import { z } from 'zod'
import { environmentChoice } from '../environment-state.ts'
import { instanceId } from '../ids.ts'
import { operation } from '../operation.ts'
import { tokenSchema } from '../resources.ts'
import { runnerOffers, surveySchema } from '../runner-messages.ts'
import { scopeSchema } from '../scopes.ts'
import { signInSchema, userSchema } from '../user-resources.ts'

const nothing = z.strictObject({})

export const serverOperations = {
  'server.health': operation({
    method: 'GET',
    path: '/healthz',
    summary: 'Whether the API answers, and which instance of it does',
    access: 'public',
    input: nothing,
    output: z.object({
      status: z.literal('ok'),
      service: z.string(),
      instance: z.string(),
      version: z.string(),
    }),
    answer: 'json',
    status: 200,
    errors: [],
    surfaces: ['api', 'sdk'],
  }),
  'server.readiness': operation({
    method: 'GET',
    path: '/readyz',
    summary: 'Whether the server can do its work: it asks the store and each runner',
    access: 'public',
    input: nothing,
    output: z.object({
      status: z.literal('ready'),
      instance: z.string(),
      store: z.literal('ready'),
      /** Those that have registered. Work goes on as long as the one that is connected is ready. */
      runners: z.array(
        z.object({
          id: instanceId.schema,
          /** `silent`: it does not answer, as one that is stopped. `gone`: nobody listens; its leases end by themselves. */
          status: z.enum(['ready', 'silent', 'gone']),
          connected: z.boolean(),
        }),
      ),
    }),
    answer: 'json',
    status: 200,
    errors: ['not_ready'],
    surfaces: ['api', 'sdk'],
  }),
  'server.features': operation({
    method: 'GET',
    path: '/features',
    summary: 'What this server offers, as its host and its configuration have it',
    access: 'token',
    input: nothing,
    output: z.object({
      version: z.string(),
      ...runnerOffers.shape,
      /** What can build environments, and which debuggers there are: what the programs of the runner's host say. */
      ...surveySchema.shape,
      sign_in: z.object({
        /** How somebody becomes a user. */
        registration: z.literal('invite'),
        /** How many characters a password has. */
        password: z.object({ least: z.int(), most: z.int() }),
        /** How long an access token is good for, and a sign-in that is not used. */
        access_seconds: z.int(),
        refresh_seconds: z.int(),
      }),
      /** From where repositories are taken: schemes of URLs, and `path` where local paths are. */
      repositories: z.array(z.string()),
      /** What a session gets that asks for no environment. */
      environment: environmentChoice,
      /** How many debug sessions may live at a time. */
      debug_sessions: z.int(),
      /** How many sessions that have not ended a user may have. */
      sessions: z.int(),
    }),
    answer: 'json',
    status: 200,
    errors: ['runner_unavailable'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'server.whoami': operation({
    method: 'GET',
    path: '/whoami',
    summary: 'Who asks: the user, and the token or sign-in that this request comes with',
    access: 'token',
    input: nothing,
    output: z.object({
      user: userSchema,
      /** One of the two; the other is null. */
      token: tokenSchema.nullable(),
      sign_in: signInSchema.nullable(),
      scopes: z.array(scopeSchema),
    }),
    answer: 'json',
    status: 200,
    errors: [],
    surfaces: ['api', 'sdk', 'cli'],
  }),
}
