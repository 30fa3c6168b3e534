import { resolve } from 'node:path'
import t from 'tap'
import { createInstance } from '../../../services/store/registration.ts'
import { staysAt } from '../../../tasks/services/plan-services.ts'

const root = resolve(import.meta.dirname, '../../..')

t.test('a service stays where it is as long as the settings say nothing else', async t => {
  const environment = { DEBUG_SERVER__API__PORT: '8123', DEBUG_SERVER__API__HOST: '127.0.0.1' }
  const where = { root, environment, runnerSocket: '/run/runner.sock', declaration: 'now' }
  const stays = (service: 'api' | 'runner', address: string, declaration: string) =>
    staysAt({ service, app: service, instance: createInstance(), address, declaration, sources: 'x' }, where)
  t.ok(stays('api', 'http://127.0.0.1:8123', 'before'))
  t.notOk(stays('api', 'http://127.0.0.1:8000', 'before'))
  t.notOk(stays('api', 'http://0.0.0.0:8123', 'before'))
  t.ok(stays('api', 'http://127.0.0.1:40123', 'now'), 'what was chosen instead of a port in use')
  t.ok(stays('runner', '/run/runner.sock', 'before'))
  t.notOk(stays('runner', '/run/other.sock', 'before'))
})
