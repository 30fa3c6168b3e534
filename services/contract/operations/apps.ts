import { z } from 'zod'
import { appName, appReference } from '../app-name.ts'
import { appSchema } from '../app-resources.ts'
import { instant, waitSeconds } from '../fields.ts'
import { reference } from '../ids.ts'
import { operation } from '../operation.ts'

const session = reference('ses', true).describe('the session: its id, a unique beginning of it, or @last')
const app = appName.describe('the app, by its name in config/apps.toml')
const appOrPort = appReference.describe(
  'an app by its name, or a port that a program of the session listens on',
)
const ofSession = ['session_not_found', 'ambiguous_id'] as const

/** Who uses an app does what its program does, and that runs in the session as any command. */
export const appOperations = {
  'apps.list': operation({
    method: 'GET',
    path: '/sessions/{session}/apps',
    summary: 'The apps that a session may have, and how they are',
    access: 'sessions:read',
    input: z.strictObject({ session }),
    output: z.array(appSchema),
    answer: 'json',
    status: 200,
    errors: ofSession,
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'apps.get': operation({
    method: 'GET',
    path: '/sessions/{session}/apps/{app}',
    summary: 'One app of a session, or a port of its programs, to who may use it',
    access: 'commands:write',
    input: z.strictObject({ session, app: appOrPort }),
    output: appSchema,
    answer: 'json',
    status: 200,
    errors: [...ofSession, 'app_not_found'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'apps.start': operation({
    method: 'POST',
    path: '/sessions/{session}/apps/{app}/start',
    summary: 'Start an app, also one that has just failed; one that runs stays as it is',
    access: 'commands:write',
    input: z.strictObject({
      session,
      app,
      wait: waitSeconds.describe('seconds to wait until it is ready, or has failed'),
    }),
    output: appSchema,
    answer: 'json',
    status: 200,
    errors: [...ofSession, 'app_not_found', 'session_ended'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'apps.stop': operation({
    method: 'POST',
    path: '/sessions/{session}/apps/{app}/stop',
    summary: 'Stop an app; who comes by starts it again',
    access: 'commands:write',
    input: z.strictObject({
      session,
      app,
      wait: waitSeconds.describe('seconds to wait until it has stopped'),
    }),
    output: appSchema,
    answer: 'json',
    status: 200,
    errors: [...ofSession, 'app_not_found'],
    surfaces: ['api', 'sdk', 'cli'],
  }),
  'apps.open': operation({
    method: 'POST',
    path: '/sessions/{session}/apps/{app}/open',
    summary: "Make an address that opens an app, or a port of the session's programs, in a browser: once",
    access: 'commands:write',
    input: z.strictObject({ session, app: appOrPort }),
    output: z.object({
      /** Signs a browser in at the origin of the app, once, and goes on to its front page. */
      url: z.url(),
      /** Until when that is good. */
      expires_at: instant,
    }),
    answer: 'json',
    status: 200,
    errors: [
      ...ofSession,
      ...(['app_not_found', 'app_unreachable', 'session_ended'] as const),
      ...(['ticket_limit', 'not_ready', 'runner_unavailable', 'too_many_calls'] as const),
    ],
    surfaces: ['api', 'sdk', 'cli'],
  }),
}
