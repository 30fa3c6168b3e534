import t from 'tap'
import { serviceEnvironment } from '../../../tasks/services/service-environment.ts'

t.test('services see what they need of a shell, and none of its secrets', async t => {
  const needed = {
    PATH: '/bin',
    HOME: '/home/me',
    HTTPS_PROXY: 'http://proxy',
    DEBUG_SERVER_CONFIG: '/etc/debug-server.toml',
    DEBUG_SERVER_DB_URL: 'sqlite:x.db',
    DEBUG_SERVER__API__PORT: '8100',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
  }
  const withheld = {
    GITHUB_TOKEN: 'secret',
    AWS_SECRET_ACCESS_KEY: 'secret',
    DEBUG_SERVER_TOKEN: 'secret',
    NODE_OPTIONS: '--inspect',
    MY_DEBUG_SERVER__API__PORT: '1',
    HOTEL_PRICE: '1',
    LANG: undefined,
  }
  t.same(serviceEnvironment({ ...needed, ...withheld }), needed)
  const named = { SCRATCH: '/scratch' }
  t.same(serviceEnvironment({ ...needed, ...withheld, ...named }, ['SCRATCH', 'UNSET']), {
    ...needed,
    ...named,
  })
})
