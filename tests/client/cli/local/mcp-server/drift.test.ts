import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { listAudit } from '../../../../../services/store/audit.ts'
import { call, toolNames, unrulyTable } from '../../../../services/proxy/gateway/rig.ts'
import { until } from '../../../../until.ts'
import { cli, temporary } from '../../rig.ts'
import { runningClone } from './rig.ts'

t.setTimeout(120_000)

const tool = (name: string, description: string) => ({ name, description, inputSchema: { type: 'object' } })
const offer = (...tools: object[]) => JSON.stringify({ tools, prompts: [] })

t.test('drift is told by hand, and accepted by hand', async t => {
  const rig = await runningClone(t)
  const file = join(rig.root, 'offer.json')
  await writeFile(file, offer(tool('echo', 'gives it back')))
  await rig.configure(
    `${unrulyTable('one', `env = { OFFER = ${JSON.stringify(file)} }\nidle_seconds = 0.2`)}${unrulyTable('two')}`,
  )
  const client = await rig.connect()
  await until('both are known', async () => (await toolNames(client)).includes('one_echo'))
  t.match(await rig.run('drift'), { code: 0, stdout: 'no drift\n' })
  await writeFile(
    file,
    offer(
      tool('echo', 'does evil'),
      tool('more\u001b[31m', 'x'),
      tool('echo', 'twice'),
      { name: 'wrong' },
      tool('long', 'x'.repeat(70_000)),
    ),
  )
  await until('it sleeps', async () =>
    (await rig.server('one')).instances.every(({ kind }) => kind !== 'ready'),
  )
  await call(client, 'one_echo')

  const looked = (await rig.server('one')).offer ?? ''
  t.match(looked, /^[0-9a-f]{32}$/)
  const told = await rig.run('drift')
  t.equal(told.code, 1)
  t.equal(
    told.stdout,
    [
      'one: tool echo has changed: description',
      'one: tool more\\x1b[31m was added',
      `one: to take that in: --accept one@${looked}`,
      'one: left out: tool echo: there is one of this name already',
      'one: left out: tool wrong: inputSchema: Invalid input: expected object, received undefined',
      'one: left out: tool long: it is longer than 65536 characters',
      '',
    ].join('\n'),
  )
  t.equal(
    (await rig.run('drift', '--diff')).stdout.split('one: to take')[0],
    [
      'one: tool echo has changed: description',
      '  --- a/tool/echo',
      '  +++ b/tool/echo',
      '  @@ -1,5 +1,5 @@',
      '   name: echo',
      '  -description: gives it back',
      '  +description: does evil',
      '   inputSchema: {',
      '     "type": "object"',
      '   }',
      'one: tool more\\x1b[31m was added',
      '  --- /dev/null',
      '  +++ b/tool/more\\x1b[31m',
      '  @@ -0,0 +1,5 @@',
      '  +name: more\\x1b[31m',
      '  +description: x',
      '  +inputSchema: {',
      '  +  "type": "object"',
      '  +}',
      '',
    ].join('\n'),
  )
  t.match(JSON.parse((await rig.run('drift', '--diff', '--json')).stdout), {
    offers: { one: looked },
    definitions: {
      one: [
        { before: { description: 'gives it back' }, after: { description: 'does evil' } },
        { name: 'more\u001b[31m', after: { description: 'x' } },
      ],
    },
  })
  const json = await rig.run('drift', '--json')
  t.equal(json.code, 1)
  t.match(JSON.parse(json.stdout), {
    accepted: [],
    servers: { one: [{ kind: 'changed', name: 'echo' }, { kind: 'extra' }] },
    left_out: { one: [{ name: 'echo' }, { name: 'wrong' }, { name: 'long' }] },
    unseen: [],
  })
  t.match(await rig.run('list'), { code: 0, stdout: /^one +\w+ +1 +2 +3\s*$/m })

  t.match(await rig.run('drift', '--accept', 'one'), { code: 2, stderr: /which offer you have looked at/ })
  t.match(await rig.run('drift', '--accept', 'one@0123456789abcdef0123456789abcdef'), {
    code: 1,
    stderr: /does not offer what you have looked at: look again/,
  })
  t.match(await rig.run('drift', '--accept', 'on'), {
    code: 4,
    stderr: /there is no server "on" behind the gateway\n.*did you mean "one"/,
  })
  const accepted = await rig.run('drift', '--accept', `one@${looked}`)
  t.match(accepted, { code: 0, stdout: /^accepted one\none: left out[\s\S]*no drift\n$/ })
  t.match(await rig.run('drift', '--accept', `one@${looked}`), { code: 0 })
  t.match(
    (await listAudit(rig.store, { limit: 10 })).filter(({ operation }) => operation.startsWith('mcp_')),
    [{ operation: 'mcp_servers.accept_offer', actor_token_name: 'admin' }],
    'it is written down, where it changed something',
  )
  const { tools } = await client.listTools()
  t.equal(tools.find(({ name }) => name === 'one_echo')?.description, 'does evil')
  const kept = JSON.parse(await readFile(join(rig.root, '.artifacts/mcp/offers/one.json'), 'utf8'))
  t.match(
    kept,
    { offer: { tools: [{ description: 'does evil' }, {}] } },
    'a proxy that is started anew knows it',
  )
})

t.test('what nobody has started since is told as that, and is not accepted', async t => {
  const rig = await runningClone(t, unrulyTable('one'))
  t.match(await rig.run('drift'), { code: 0, stderr: /nobody knows: one\n/ })
  t.match(await rig.run('drift', '--accept', 'one@0123456789abcdef0123456789abcdef'), {
    code: 1,
    stderr: /it has not been started since the proxy was; call one of its tools/,
  })
})

t.test('only a token with the scope admin accepts, by POST', async t => {
  const rig = await runningClone(t, unrulyTable('one'))
  const ask = (
    method: string,
    bearer: string,
    path = '/servers/one/accept/0123456789abcdef0123456789abcdef',
  ) => fetch(`${rig.proxy.url}${path}`, { method, headers: { authorization: `Bearer ${bearer}` } })
  t.equal((await ask('POST', rig.secret)).status, 403)
  t.equal((await ask('GET', rig.admin)).status, 405)
  t.equal((await ask('GET', rig.secret, '/servers/one/drift')).status, 403, 'it may say anything to agents')
  t.equal((await ask('GET', rig.admin, '/servers/one/drift')).status, 200)
  t.equal((await ask('POST', rig.admin, '/servers/none/accept/0123456789abcdef0123456789abcdef')).status, 404)
  t.equal((await ask('POST', 'nobody')).status, 401)
})

t.test('without a gateway servers are listed as declared, and drift is an error', async t => {
  const root = await temporary(t)
  await mkdir(join(root, 'config'))
  const declared = '[servers.a]\ncommand = "x"\n[servers.b]\ncommand = "x"\nenabled = false\n'
  await writeFile(join(root, 'config/mcp.toml'), declared)
  const environment = { PATH: '', HOME: root, DEBUG_SERVER_HOME: join(root, 'home') }
  const run = (...args: string[]) => cli(['mcp-server', ...args], { root, directory: root, environment })
  t.match(await run('drift'), { code: 5, stderr: /no gateway runs in this clone.*\n.*npx task up/ })
  t.match(await run('list'), {
    code: 0,
    stdout: /^a +- +- .*\nb +disabled /m,
    stderr: /no gateway runs here/,
  })
  t.match(JSON.parse((await run('list', '--json')).stdout), {
    running: false,
    servers: [
      { name: 'a', state: null },
      { name: 'b', state: 'disabled' },
    ],
  })
  await writeFile(join(root, 'config/mcp.toml'), '[servers.a]\ncomand = "x"\n')
  t.match(await run('list'), { code: 1, stderr: /config\/mcp\.toml:2: unknown key servers\.a\.comand/ })
})
