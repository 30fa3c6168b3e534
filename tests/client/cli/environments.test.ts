import t from 'tap'
import { awaitedText, environmentsText, startingText } from '../../../client/cli/render/environments.ts'
import type { SessionEnvironment } from '../../../services/contract/environment-resources.ts'
import { commandId, environmentId, sessionId } from '../../../services/contract/ids.ts'
import { session } from '../samples.ts'

const builder = sessionId.schema.parse('ses_00000000000b')
const built = (change: Partial<SessionEnvironment> = {}): SessionEnvironment => ({
  id: environmentId.schema.parse('env_0123456789ab'),
  manager: 'uv',
  key: '0'.repeat(64),
  status: 'ready',
  bytes: null,
  session: builder,
  command: commandId.schema.parse('cmd_0123456789ab'),
  ...change,
})

t.test('a session tells what it was to have, and what it has got', async t => {
  t.equal(environmentsText(session()), null)
  t.equal(environmentsText(session({ environment: ['auto'] })), 'auto: there is no lock file')
  t.equal(environmentsText(session({ environment: ['auto'], status: 'starting' })), 'auto')
  t.equal(environmentsText(session({ environment: ['npm'], status: 'failed' })), 'npm')
  t.equal(
    environmentsText(
      session({
        environment: ['uv', 'npm'],
        environments: [built(), built({ manager: 'npm', status: 'building' })],
      }),
    ),
    'uv, npm: uv ready (env_0123456789ab), npm building (env_0123456789ab)',
  )
})

t.test('while it starts it tells what it waits for, and where another builds that', async t => {
  const starting = (...environments: SessionEnvironment[]) =>
    session({ status: 'starting', environment: ['auto'], environments })
  const { id } = session()
  t.equal(startingText(starting()), `${id} is starting`)
  t.equal(startingText(starting(built())), `${id} is starting`)
  t.equal(awaitedText(starting(built())), undefined)
  const own = starting(built(), built({ status: 'building', session: id }))
  t.equal(startingText(own), `${id} is starting: the environment of uv is being built`)
  t.equal(awaitedText(own), undefined)
  const other = starting(built({ status: 'building' }))
  t.equal(startingText(other), `${id} is starting: the environment of uv is being built by ${builder}`)
  t.equal(
    awaitedText(other),
    `${id} waits for the environment of uv, which ${builder} builds: debug-server session logs ${builder} --command cmd_0123456789ab --follow`,
  )
})
