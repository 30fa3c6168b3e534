import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { LATEST_PROTOCOL_VERSION } from '@modelcontextprotocol/sdk/types.js'
import t from 'tap'
import { callOnce } from '../../../client/mcp/call-once.ts'
import { commandLine } from '../../../client/mcp/command-line.ts'
import { createTools } from '../../../client/mcp/tools.ts'
import { until } from '../../until.ts'
import { child } from '../cli/child.ts'
import { at, cli, temporary } from '../cli/rig.ts'
import { session } from '../samples.ts'
import { Refusal, standIn } from '../stand-in-server.ts'
import { startMcp, textOf } from './rig.ts'

t.setTimeout(240_000)

const bin = resolve(import.meta.dirname, '../../../client/cli/bin.mjs')

t.test('the flags are those that say which server', t => {
  t.same(commandLine(['mcp']), { mode: { kind: 'stdio' }, flags: {}, config: undefined })
  t.same(commandLine(['--base-url', 'http://x', 'mcp', '--token=t', '--ca', 'c.pem', '--insecure']).flags, {
    baseUrl: 'http://x',
    token: 't',
    ca: 'c.pem',
    insecure: true,
  })
  for (const [args, mode] of [
    [['--http'], { kind: 'http', port: 9_191, bearerFile: undefined }],
    [['--http', '--port', '0', '--bearer-file', 'b'], { kind: 'http', port: 0, bearerFile: 'b' }],
    [['--manifest'], { kind: 'manifest' }],
    [['--tool', 'session_info'], { kind: 'tool', name: 'session_info', args: '{}' }],
    [['--tool', 'x', '--args', '-'], { kind: 'tool', name: 'x', args: '-' }],
  ] as const)
    t.same(commandLine(['mcp', ...args]).mode, mode)
  t.same(commandLine(['mcp', '--profile', 'work', '--verify']).flags, { profile: 'work', verify: true })
  for (const [args, message, fix] of [
    [['mcp', '--tokn', 'x'], "unknown option '--tokn'", 'did you mean "--token"?'],
    [['mcp', '--token'], /--token/, undefined],
    [['mcp', '--port', '1'], '--port is given without --http', undefined],
    [['mcp', '--args', '{}'], '--args is given without --tool', undefined],
    [['mcp', '--http', '--manifest'], '--http and --manifest are given', undefined],
    [['mcp', '--http', '--port', '65536'], /--port "65536": expected a number/, /any that is free/],
    [['mcp', 'mcp'], /too many arguments: "mcp"/, /flags/],
  ] as const)
    t.throws(() => commandLine(args), {
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
      '[]',
      '\u0000',
      '{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"__proto__","arguments":{"__proto__":1}}}',
      '{"jsonrpc":"2.0","id":5,"method":"resources/subscribe","params":{"uri":"debug-server://artifacts/art_1"}}',
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
      { result: { isError: true, content: [{ text: /^unknown_tool: there is no tool "__proto__"/ }] } },
      { error: { code: -32_601 } },
    ],
    'what was asked before the end is answered',
  )
  t.equal(answers.length, 5)
  const lines = stderr.trimEnd().split('\n')
  t.equal(lines.length, 3)
  for (const line of lines) t.match(line, /^debug-server mcp: a message that is no MCP/)
})

t.test('it agrees on a version of the protocol, or offers its own', async t => {
  const directory = await temporary(t)
  for (const [asked, agreed] of [
    ['2024-11-05', '2024-11-05'],
    ['2025-11-25', '2025-11-25'],
    ['1999-01-01', LATEST_PROTOCOL_VERSION],
  ] as const) {
    const clientInfo = { name: 't', version: '1' }
    const params = { protocolVersion: asked, capabilities: {}, clientInfo }
    const stdin = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`
    const { stdout } = await child(['mcp'], { environment: {}, directory, stdin })
    t.equal(JSON.parse(stdout.toString()).result.protocolVersion, agreed, asked)
  }
})

t.test('a signal ends it, and so does the end of its input, soon, whatever is in progress', async t => {
  let asked = Promise.withResolvers<void>()
  await using server = await standIn({
    'debug.continue': () => {
      asked.resolve()
      return undefined
    },
  })
  for (const end of ['SIGTERM', 'SIGINT', 'SIGHUP', 'input'] as const) {
    asked = Promise.withResolvers()
    const mcp = await startMcp({ environment: at(server.url), directory: await temporary(t) })
    const { pid } = mcp
    if (pid === null) throw new Error('it runs')
    const running = mcp.callTool('debug_continue', { session: '@last' })
    running.catch(() => {})
    await asked.promise
    const began = performance.now()
    if (end === 'input') await mcp.client.close()
    else process.kill(pid, end)
    await until('it has gone', () => !isAlive(pid))
    // The client itself would send a signal after two seconds.
    t.ok(performance.now() - began < 1_900, `${end}: ${Math.round(performance.now() - began)} ms`)
    await t.rejects(running)
    t.equal(mcp.stderr(), '')
    await mcp.client.close()
  }
})

t.test('a message as long as a patch may be does not end it', async t => {
  await using mcp = await startMcp({
    environment: { DEBUG_SERVER_URL: 'http://127.0.0.1:9', DEBUG_SERVER_TOKEN: 't' },
    directory: await temporary(t),
  })
  const input = { repository: 'demo', patch: '\n'.repeat(10_000_000) }
  t.match(textOf(await mcp.callTool('session_create', input)), /^unreachable: /)
})

t.test('the manifest tells what a client would be told, without a server', async t => {
  const directory = await temporary(t)
  const { code, stdout } = await child(['mcp', '--manifest'], { environment: {}, directory })
  t.equal(code, 0)
  const told = JSON.parse(stdout.toString())
  t.match(told, { name: 'debug-server', instructions: /session_create/ })
  await using mcp = await startMcp({ environment: {}, directory })
  t.same(told.tools, (await mcp.client.listTools()).tools)
  t.same(told.prompts, (await mcp.client.listPrompts()).prompts)
  t.same(told.resourceTemplates, (await mcp.client.listResourceTemplates()).resourceTemplates)
})

t.test('who reads no more of what is printed is not told so', async t => {
  const printing = spawn(process.execPath, [bin, 'mcp', '--manifest'], { stdio: ['ignore', 'pipe', 'pipe'] })
  printing.stdout.destroy()
  t.equal(await text(printing.stderr), '')
  const full = await open('/dev/full', 'w')
  const stdio = ['ignore', full.fd, 'pipe'] as const
  const failing = spawn(process.execPath, [bin, 'mcp', '--manifest'], { stdio: [...stdio] })
  const ended = once(failing, 'exit')
  t.match(
    await text(failing.stderr ?? Readable.from([])),
    /^debug-server mcp: standard output cannot be written: /,
  )
  t.same(await ended, [1, null])
  await full.close()
})

t.test('arguments on standard input are read up to a bound', async t => {
  const asked = (megabytes: number) =>
    callOnce({
      ...{ tools: createTools(), name: 'session_info', args: '-', signal: new AbortController().signal },
      ...{ stdin: Readable.from(Array(megabytes).fill(Buffer.alloc(1_048_576, ' '))) },
      ...{ stdout: new PassThrough(), stderr: new PassThrough(), report: () => {} },
      connections: { client: () => Promise.reject(new Error('nobody asks')), tokenFrom: '' },
    })
  await t.rejects(asked(65), { name: 'UserError', message: /more than 67108864 bytes/ })
  await t.rejects(asked(64), { name: 'UserError', message: /expected a JSON object/ })
})

t.test('one tool is called once, against the server of a file that is named', async t => {
  const directory = await temporary(t)
  const agents: (string | undefined)[] = []
  await using server = await standIn({
    'sessions.get': ({ session: named }, { request }) => {
      agents.push(request.headers['user-agent'])
      if (named !== '@last') throw new Refusal('session_not_found', `no session ${named}`)
      return session()
    },
  })
  const file = join(directory, 'other.toml')
  await writeFile(file, `[profiles.default]\nbase_url = "${server.url}"\ntoken = "of-the-file"\n`)
  const call = async (args: readonly string[], stdin = '') => {
    const { code, stdout, stderr } = await child(['mcp', '--config', file, ...args], {
      environment: at('http://127.0.0.1:1'),
      directory,
      stdin,
    })
    return { code, stdout: stdout.toString(), stderr }
  }
  const good = await call(['--tool', 'session_info', '--args', '-'], '{"session": "@last"}')
  t.match(good, { code: 0, stderr: '' })
  t.same(JSON.parse(good.stdout), session())
  t.equal(server.received[0]?.authorization, 'Bearer of-the-file', 'the file comes before the variables')
  t.match(await call(['--tool', 'session_info', '--args', '{"session": "ses_000000000000"}']), {
    code: 1,
    stdout: '',
    stderr: 'session_not_found: no session ses_000000000000\nfix: open a session with session_create\n',
  })
  t.equal(agents[0], agents[1], 'each is the same viewer of a debuggee as the one before')
  t.match(await call(['--tool', 'nothing']), { code: 1, stderr: /^unknown_tool: / })
  t.match(await call(['--tool', 'session_info', '--args', '[]']), {
    code: 2,
    stderr: /--args: expected a JSON object/,
  })
  await writeFile(file, '')
  t.match(await call(['--tool', 'session_info', '--args', '{"session": "@last"}']), {
    code: 1,
    stderr: /^configuration_invalid: --config .*other\.toml: it names no server\nfix: /,
  })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
