import t from 'tap'
import { connectionFlags } from '../../../client/mcp/arguments.ts'
import { child } from '../cli/child.ts'
import { cli, temporary } from '../cli/rig.ts'
import { startMcp, textOf } from './rig.ts'

t.setTimeout(240_000)

t.test('the flags are those that say which server', t => {
  t.same(connectionFlags(['mcp']), {})
  t.same(connectionFlags(['--base-url', 'http://x', 'mcp', '--token=t', '--ca', 'c.pem', '--insecure']), {
    baseUrl: 'http://x',
    token: 't',
    ca: 'c.pem',
    insecure: true,
  })
  t.same(connectionFlags(['mcp', '--profile', 'work', '--verify']), { profile: 'work', verify: true })
  for (const [args, message, fix] of [
    [['mcp', '--tokn', 'x'], "unknown option '--tokn'", 'did you mean "--token"?'],
    [['mcp', '--token'], /--token/, undefined],
    [['mcp', 'mcp'], /too many arguments: "mcp"/, /flags/],
  ] as const)
    t.throws(() => connectionFlags(args), {
      name: 'UserError',
      message,
      ...(fix === undefined ? {} : { fix }),
    })
  t.end()
})

t.test('its help is told with that of the other commands', async t => {
  const { code, stdout } = await cli(['mcp', '--help'])
  t.equal(code, 0)
  t.match(stdout, /Examples:\n {2}debug-server mcp\n/)
  t.match((await cli(['--help'])).stdout, /^ {2}mcp +the same for coding agents/m)
  t.match((await cli(['mpc'])).stderr, /unknown command 'mpc'\n {2}did you mean mcp\?/)
  const directory = await temporary(t)
  const real = await child(['mcp', '--help'], { environment: {}, directory })
  t.same([real.code, real.stdout.toString()], [0, stdout])
  const wrong = await child(['mcp', '--tokn', 'x'], { environment: {}, directory })
  t.same(
    [wrong.code, wrong.stdout.length, wrong.stderr],
    [2, 0, 'error: unknown option \'--tokn\'\n  did you mean "--token"?\n'],
  )
})

t.test('flags may stand before it, and its input ends it', async t => {
  const directory = await temporary(t)
  const { code, stdout, stderr } = await child(['--base-url', 'http://127.0.0.1:1', '--token', 't', 'mcp'], {
    environment: {},
    directory,
    stdin: [
      '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}',
      'no JSON',
      '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"session_info","arguments":{"session":"@last"}}}',
      '{"jsonrpc":"2.0","id":3,"method":"tools/unknown"}',
      '',
    ].join('\n'),
  })
  t.equal(code, 0)
  const answers = stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  t.match(
    answers.sort((a, b) => a.id - b.id),
    [
      { result: { serverInfo: { name: 'debug-server' } } },
      { result: { isError: true, content: [{ text: /^unreachable: / }] } },
      { error: { code: -32_601 } },
    ],
    'what was asked before the end is answered',
  )
  t.match(stderr, /^debug-server mcp: a message that is no MCP[^\n]*\n$/)
})

t.test('a signal ends it', async t => {
  const mcp = await startMcp({ environment: {}, directory: await temporary(t) })
  const closed = new Promise<void>(resolve => {
    mcp.client.onclose = resolve
  })
  process.kill(mcp.pid ?? 0, 'SIGTERM')
  await closed
  t.equal(mcp.stderr(), '')
})

t.test('a message as long as a patch may be does not end it', async t => {
  await using mcp = await startMcp({
    environment: { DEBUG_SERVER_URL: 'http://127.0.0.1:9', DEBUG_SERVER_TOKEN: 't' },
    directory: await temporary(t),
  })
  const input = { repository: 'demo', patch: '\n'.repeat(10_000_000) }
  t.match(textOf(await mcp.callTool('session_create', input)), /^unreachable: /)
})
