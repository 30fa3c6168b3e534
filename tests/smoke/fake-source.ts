import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { exampleOutputs } from '../../services/contract/examples/outputs.ts'
import { type Owner, room, write } from './room.ts'

/**
 * What is wrong with a source, by what its commands do instead of what they should. Its commands are a small script, for a real clone
 * takes half a minute to install: what is under test is what the harness makes of them.
 */
export type Fault =
  | 'none'
  | 'bootstrap-fails'
  | 'bootstrap-hangs'
  | 'bootstrap-dirties'
  | 'bootstrap-loses-git'
  | 'bootstrap-writes-outside'
  | 'bundle-fails'
  | 'up-hangs'
  | 'up-fails'
  | 'port-is-stolen'
  | 'serves-another-nonce'
  | 'verify-fails'
  | 'changes-modules'
  | 'listens-elsewhere'
  | 'listens-for-a-while'
  | 'leaves-a-daemon'
  | 'leaves-an-escaped-daemon'
  | 'up-escapes'
  | 'writes-outside'
  | 'changes-what-was-before'
  | 'writes-into-the-harness'
  | 'types-are-wrong'
  | 'contract-is-broken'
  | 'tool-is-missing'
  | 'a-test-fails'

/** A repository that looks like a checkout of Debug Server, and behaves like one where it has no fault. */
export function fakeSource(owner: Owner, fault: Fault, outside = ''): string {
  const root = join(room(owner), 'source')
  const answers = Object.fromEntries(
    (['repositories.add', 'sessions.create', 'commands.run', 'sessions.delete'] as const).map(name => [
      name,
      exampleOutputs[name],
    ]),
  )
  write(
    join(root, 'package.json'),
    JSON.stringify({ name: 'fake', version: '1.0.0', bin: { task: 'tasks/cli.mjs' } }),
  )
  write(join(root, '.gitignore'), '.artifacts\nnode_modules\n')
  write(join(root, 'fault.json'), JSON.stringify({ fault, outside }))
  write(join(root, 'answers.json'), JSON.stringify(answers))
  write(join(root, 'tasks/cli.mjs'), cli)
  write(join(root, 'client/cli/bin.mjs'), bin)
  write(join(root, 'server.mjs'), server)
  execFileSync('chmod', ['+x', join(root, 'tasks/cli.mjs')])
  commit(root, 'as it is')
  return root
}

export function commit(root: string, message: string): void {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'pipe' })
  git('init', '--quiet', '--initial-branch', 'main')
  git('add', '--all')
  git('-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '--quiet', '--message', message)
}

const cli = `#!/usr/bin/env node
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
const { fault, outside } = JSON.parse(readFileSync(new URL('../fault.json', import.meta.url)))
const name = process.argv.slice(2).find(word => word === '--version' || !word.startsWith('--'))
const forever = () => setInterval(() => {}, 1e6)
const fail = text => { process.stderr.write(text + '\\n'); process.exit(1) }
// Without environment, in a session of its own, its parent gone: nothing but a control group tells whose it is.
const escaped = () => {
  mkdirSync('.artifacts/run', { recursive: true })
  spawnSync('sh', ['-c', '(env -i setsid sh -c "echo \\\\$\\\\$ >.artifacts/run/escaped; exec sleep 600" &)'], { stdio: 'ignore' })
}
const daemon = (...args) => spawn(process.execPath, args, { detached: true, stdio: 'ignore' }).unref()
const commands = {
  '--version': () => { mkdirSync('node_modules', { recursive: true }); console.log('task 1.0.0', process.env.HOME, process.env.PM2_HOME ?? 'no home of PM2') },
  bootstrap() {
    if (fault === 'bootstrap-fails') fail('no python3 on this host')
    if (fault === 'bootstrap-hangs') { console.log('making an environment'); return forever() }
    if (fault === 'bootstrap-loses-git') rmSync('.git', { recursive: true })
    if (fault === 'bootstrap-writes-outside') { writeFileSync(outside, 'not mine'); fail('and no python3 either') }
    if (fault === 'listens-for-a-while') { const server = createServer().listen(0, '127.0.0.1'); setTimeout(() => server.close(), 2_000) }
    if (fault === 'bootstrap-dirties') writeFileSync('left.txt', '')
    mkdirSync('.artifacts/secrets', { recursive: true })
    writeFileSync('.artifacts/secrets/admin-token', 'the-token\\n')
    console.log('shown this once: the-token')
  },
  up() {
    if (fault === 'up-fails') {
      mkdirSync('.artifacts/logs', { recursive: true })
      writeFileSync('.artifacts/logs/api.log', 'SyntaxError')
      fail('the api crashed at import: see .artifacts/logs/api.log')
    }
    if (fault === 'up-escapes') { escaped(); return forever() }
    if (fault === 'up-hangs') { spawn('sleep', ['600'], { stdio: 'inherit' }); return forever() }
    const server = spawn(process.execPath, ['server.mjs', fault], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
    mkdirSync('.artifacts/run', { recursive: true })
    writeFileSync('.artifacts/run/pid', String(server.pid))
    server.stdout.once('data', () => process.exit(0))
    server.once('exit', () => fail('port ' + process.env.DEBUG_SERVER__PROXY__PORT + ' is in use'))
  },
  check: () => { if (fault === 'types-are-wrong') fail('a.ts:1: number is no string') },
  test() {
    if (fault === 'contract-is-broken') fail('an operation is described by nothing')
    // The whole suite is asked for without any file.
    if (fault === 'a-test-fails' && process.argv.length === 3) {
      console.log('passed: tests/a.test.ts')
      fail('failed: tests/b.test.ts')
    }
  },
  status: () => console.log('the fake stack'),
  'verify-clean': () => { if (fault === 'verify-fails') fail('this checkout is not clean') },
  down() {
    try { process.kill(Number(readFileSync('.artifacts/run/pid', 'utf8'))) } catch {}
    rmSync('.artifacts/run/pid', { force: true })
    console.log('the fake stack is down')
    if (fault === 'leaves-an-escaped-daemon') escaped()
    if (fault === 'leaves-a-daemon') daemon('-e', 'setInterval(() => {}, 1e6)')
    if (fault === 'changes-what-was-before') writeFileSync('../before.json', '{}')
    if (fault.startsWith('writes-')) writeFileSync(outside, 'not mine')
  },
}
commands[name]()
`

const bin = `
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
const { fault } = JSON.parse(readFileSync(new URL('../../fault.json', import.meta.url)))
if (process.argv.slice(2).join(' ') !== 'mcp-server install-bundle --no-restart') throw new Error('this is something else')
if (fault === 'bundle-fails') { console.error('error: there is no program "uvx" on PATH'); process.exit(1) }
mkdirSync('.artifacts/mcp', { recursive: true })
writeFileSync('.artifacts/mcp/servers.toml', '')
`

const server = `
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
const answers = JSON.parse(readFileSync('answers.json'))
const fault = process.argv[2]
let log = ''
const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const path = request.url.replace(/^\\/api/, '')
  if (path === '/mcp') return mcp(request.method, body, response)
  const json = (status, value) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  if (request.method === 'POST' && path === '/repositories') return json(201, answers['repositories.add'])
  if (request.method === 'POST' && path === '/sessions') return json(201, answers['sessions.create'])
  if (request.method === 'POST') {
    const nonce = fault === 'serves-another-nonce' ? 'another' : JSON.parse(body).command.at(-1)
    log = '# A small repository\\n' + nonce + '\\n'
    return json(201, { ...answers['commands.run'], status: 'succeeded', exit_code: 0 })
  }
  if (request.method === 'DELETE') return json(202, answers['sessions.delete'])
  response.writeHead(206, { 'content-type': 'text/plain', 'content-range': 'bytes 0-' + (log.length - 1) + '/' + log.length }).end(log)
})
// The tools of a server that has but one: it says again what it is told.
function mcp(method, body, response) {
  if (method !== 'POST') return response.writeHead(method === 'DELETE' ? 200 : 405).end()
  const { id, method: asked, params } = JSON.parse(body)
  const results = {
    initialize: () => ({ protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'fake', version: '1' } }),
    'tools/list': () => ({ tools: fault === 'tool-is-missing' ? [] : [{ name: 'echo', inputSchema: { type: 'object' } }] }),
    'tools/call': () =>
      fault === 'tool-is-missing'
        ? { content: [{ type: 'text', text: 'there is no tool ' + params.name }], isError: true }
        : { content: [{ type: 'text', text: String(params.arguments.text) }] },
  }
  if (id === undefined) return response.writeHead(202).end()
  const answer = { jsonrpc: '2.0', id, result: results[asked]() }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
}
if (fault === 'changes-modules') writeFileSync('node_modules/added.js', '')
if (fault === 'listens-elsewhere') createServer().listen(0, '127.0.0.1')
const port = Number(process.env.DEBUG_SERVER__PROXY__PORT)
const taken = () => new Promise(done => connect(port, '127.0.0.1').once('connect', () => done(true)).once('error', () => done(false)))
const wasStolen = existsSync('.artifacts/stolen')
while (fault === 'port-is-stolen' && !wasStolen && !(await taken())) await new Promise(done => setTimeout(done, 20))
if (fault === 'port-is-stolen') writeFileSync('.artifacts/stolen', '')
server.listen(port, '127.0.0.1', () => process.stdout.write('up'))
mkdirSync('.artifacts/logs', { recursive: true })
writeFileSync('.artifacts/logs/api.log', 'the api says\\n')
`
