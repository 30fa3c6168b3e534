import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseToml } from '../../config/parse-toml.ts'
import { configurationWith, modelConfiguration } from '../../smoke/agents/codex-configuration.ts'
import {
  isSignedIn,
  knowServers,
  readCodexHome,
  readMirror,
  secretsOf,
  writeMirror,
} from '../../smoke/agents/codex-mirror.ts'
import { masked } from '../../smoke/agents/masked.ts'
import { runSecrets } from '../../smoke/agents/run-secrets.ts'
import { room, write } from './room.ts'

const gateway = { gateway: { url: 'http://127.0.0.1:18001/mcp', bearer: 'the-bearer' } }
const rewritten = (text: string) =>
  parseToml(configurationWith(modelConfiguration(text, '/h/config.toml').table, gateway))

t.test('whatever way MCP servers are written down in, the gateway alone is left', async t => {
  const ways = [
    '[mcp_servers.mine]\ncommand = "stolen"\n[mcp_servers.mine.env]\nA = "stolen"',
    '[mcp_servers."my server"]\nurl = "https://stolen"',
    "[ 'mcp_servers' . mine ]\ncommand = 'stolen'",
    'mcp_servers.mine.command = "stolen"\nmcp_servers."a.b".command = "stolen"',
    '"mcp_servers"."mine" = { command = "stolen", args = ["stolen"] }',
    'mcp_servers = { mine = { command = "stolen" }, gateway = { command = "stolen" } }',
    '[mcp_servers.gateway]\ncommand = "stolen"\ncwd = "/stolen"',
    '[mcp_servers]\n[mcp_servers.mine]\nhttp_headers = { Authorization = "stolen" }',
  ]
  for (const way of ways) {
    const read = rewritten(`model = "m"\n${way}\n`)
    t.match(read, { kind: 'values', values: { model: 'm' } }, way)
    if (read.kind !== 'values') continue
    t.same(
      read.values.mcp_servers,
      {
        gateway: {
          url: 'http://127.0.0.1:18001/mcp',
          bearer_token_env_var: 'MCP_BEARER_GATEWAY',
          required: true,
          default_tools_approval_mode: 'approve',
          startup_timeout_sec: 30,
          tool_timeout_sec: 60,
        },
      },
      way,
    )
    t.notMatch(JSON.stringify(read), /stolen|the-bearer/, way)
  }
})

t.test(
  'nothing that starts programs, reports or instructs comes along, and no provider but the one used',
  async t => {
    const read = rewritten(`
model = "m"
model_provider = "mine"
model_catalog_json = "models.json"
approval_policy = "on-request"
sandbox_mode = "danger-full-access"
notify = ["stolen"]
instructions = "stolen"
[model_providers.mine]
name = "Mine"
base_url = "https://example.org/v1"
[model_providers.other]
name = "stolen"
experimental_bearer_token = "stolen"
[projects."/stolen"]
trust_level = "trusted"
[plugins.stolen]
enabled = true
[hooks]
x = "stolen"
[otel]
exporter = "stolen"
[shell_environment_policy.set]
KEY = "stolen"
[profiles.work]
model = "stolen"
`)
    t.notMatch(JSON.stringify(read), /stolen/)
    t.match(read, {
      values: {
        model_provider: 'mine',
        model_catalog_json: '/h/models.json',
        approval_policy: 'never',
        sandbox_mode: 'read-only',
        model_providers: { mine: { name: 'Mine', base_url: 'https://example.org/v1' } },
      },
    })
  },
)

t.test('what is no TOML is told with its line, and without what stands in it', async t => {
  t.throws(() => modelConfiguration('model = "m"\napi_key = "stolen\n', '/h/config.toml'), {
    name: 'UserError',
    message: /^\/h\/config\.toml:2 /,
  })
  t.throws(() => modelConfiguration('model_provider = "x"\nmodel_providers.x = 1\n', '/h/config.toml'), {
    message: /model_providers\.x is not valid/,
  })
})

t.test('who is signed in is told by auth.json, or by a key in the environment', async t => {
  const table: [auth: string | undefined, environment: Record<string, string>, signedIn: boolean][] = [
    [undefined, {}, false],
    ['{}', {}, false],
    ['{"OPENAI_API_KEY":null,"tokens":null}', {}, false],
    ['no json', {}, false],
    ['{"OPENAI_API_KEY":"sk-1"}', {}, true],
    ['{"OPENAI_API_KEY":null,"tokens":{"access_token":"a"}}', {}, true],
    [undefined, { CODEX_API_KEY: 'sk-1' }, true],
    [undefined, { CODEX_API_KEY: '' }, false],
    [undefined, { OPENAI_API_KEY: 'sk-1' }, false],
  ]
  for (const [auth, environment, signedIn] of table) {
    const home = room(t)
    if (auth !== undefined) write(join(home, 'auth.json'), auth)
    t.equal(isSignedIn(home, environment), signedIn, `${auth} ${JSON.stringify(environment)}`)
    if (!signedIn)
      t.throws(() => readCodexHome(home, environment), { message: /^nobody is signed in to Codex in/ })
  }
  t.equal(isSignedIn('/nowhere', {}), false)
})

t.test(
  'of a home sign-in and model are mirrored, for the owner alone, and all of it that is secret is known',
  async t => {
    const home = room(t)
    write(join(home, 'sessions/2026/rollout.jsonl'), 'private')
    write(join(home, 'history.jsonl'), 'private')
    write(join(home, 'auth.json'), '{"auth_mode":"chatgpt","tokens":{"access_token":"the-access-token"}}')
    write(
      join(home, 'config.toml'),
      `model_provider = "mine"
[model_providers.mine]
name = "Mine"
env_key = "MINE_KEY"
http_headers = { "x-key" = "the-header-value" }
env_http_headers = { "x-other" = "MINE_HEADER" }
query_params = { "api-version" = "1" }
[mcp_servers.mine]
command = "private"
`,
    )
    const environment = { MINE_KEY: 'the-mine-key', MINE_HEADER: 'the-mine-header', OTHER: 'private' }
    const mirror = join(room(t), 'codex-home')
    await writeMirror(mirror, readCodexHome(home, environment))
    t.equal(statSync(mirror).mode & 0o777, 0o700)
    for (const name of readdirSync(mirror)) {
      t.equal(statSync(join(mirror, name)).mode & 0o777, 0o600, name)
      t.notMatch(readFileSync(join(mirror, name), 'utf8'), /private/, name)
    }
    const read = readMirror(mirror)
    if (read === undefined) throw new Error('it was mirrored')
    t.same(read.variables, { MINE_KEY: 'the-mine-key', MINE_HEADER: 'the-mine-header' })
    t.same(secretsOf(read).sort(), [
      'the-access-token',
      'the-header-value',
      'the-mine-header',
      'the-mine-key',
    ])
    await knowServers(read, gateway)
    const again = readMirror(mirror)
    t.same(again, read, 'it is the same, and knows a server')
    t.match(readFileSync(join(mirror, 'config.toml'), 'utf8'), /\[mcp_servers\.gateway\]/)
    t.equal(masked('a the-mine-key b', secretsOf(read)), `a ${'*'.repeat(12)} b`)
    t.equal(masked('as it is', []), 'as it is')
    t.equal(readMirror(join(mirror, 'none')), undefined)
    const secrets = runSecrets(['of-the-run'], () => readMirror(mirror))
    t.match(secrets(), ['of-the-run', 'the-mine-key'])
    write(join(mirror, 'auth.json'), '{"tokens":{"access_token":"the-renewed-token"}}')
    for (const one of ['the-renewed-token', 'the-access-token']) t.ok(secrets().includes(one), one)
    write(join(mirror, 'config.toml'), 'model = "half of')
    t.throws(() => readMirror(mirror), { name: 'UserError' })
    t.ok(secrets().includes('the-renewed-token'), 'what was known stays so where an agent has spoilt it')
  },
)
