import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { WebSocket } from 'ws'
import { ProcessScope } from '../../../../../../lib/processes/process-scope.ts'
import { obtainOpencode, version } from '../../../../../../services/runner/apps/obtain-opencode.ts'
import { runnerIsolation } from '../../../../../../services/runner/sandbox/sandbox.ts'
import { opencodeAdds } from '../../../../../smoke/opencode-adds.ts'
import { until } from '../../../../../until.ts'
import { isThere, Program } from '../rig.ts'
import { opencodeInASession } from './in-a-session.ts'

t.setTimeout(280_000)

const home = mkdtempSync(join(tmpdir(), 'opencode-home-'))
t.teardown(() => rmSync(home, { recursive: true, force: true }))
const cache = join(home, '.cache', 'debug-server', 'opencode')
const { npm_config_cache, npm_config_userconfig, HOME = '' } = process.env
const environment = {
  ...process.env,
  HOME: home,
  XDG_CACHE_HOME: undefined,
  // How npm reaches its registry here, and what it has fetched before.
  npm_config_cache: npm_config_cache ?? join(HOME, '.npm'),
  npm_config_userconfig: npm_config_userconfig ?? join(HOME, '.npmrc'),
}
const start = (...options: string[]) => Program.startIn(environment, 'opencode', ...options)

/** What a repository would have run: a server, and a plugin. */
function plant(worktree: string, ran: string): void {
  const servers = { evil: { type: 'local', command: ['touch', `${ran}-server`], enabled: true } }
  writeFileSync(join(worktree, 'opencode.json'), JSON.stringify({ mcp: servers }))
  mkdirSync(join(worktree, '.opencode', 'plugin'), { recursive: true })
  const plugin = `require('node:fs').writeFileSync('${ran}-plugin', ''); export const Evil = async () => ({})`
  writeFileSync(join(worktree, '.opencode', 'plugin', 'evil.js'), plugin)
}

t.test('opencode is fetched once, and asks who uses the socket for no password', async t => {
  await using scope = new ProcessScope({ graceMs: 1_000 })
  const isolation = await runnerIsolation(
    { mode: 'auto', own: [], visible: [], home },
    process.env.PATH ?? '',
  )
  const obtained = await obtainOpencode({ directory: cache, scope, environment, isolation })
  await using program = await start('--program', obtained)
  t.same(readdirSync(cache), [version], 'nothing else is left of the fetching')
  t.equal(statSync(join(cache, version)).mode & 0o100, 0o100)
  const sessions = await program.ask('/session')
  t.match(sessions, { status: 200, text: '[]' })
  const made = await program.ask('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"title":"ours"}',
  })
  t.match(made, { status: 200, text: /"title":"ours"/ })
  t.match(JSON.parse((await program.ask('/path')).text), { directory: program.worktree })
  const [, port] = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(program.said) ?? []
  const others = await fetch(`http://127.0.0.1:${port}/session`)
  t.equal(others.status, 401, 'who comes by its port has to have one')
  t.equal(await firstEvent(program.socket), 'server.connected')
  t.match(await program.ask('/session', { headers: { authorization: 'Basic d3Jvbmc=' } }), { status: 200 })
  // Again and again: what a shell says before opencode listens to it is lost, on a slow machine.
  const says = 'while :; do echo by a WebSocket; sleep 0.5; done'
  const shell = await program.ask('/pty', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ command: 'sh', args: ['-c', says] }),
  })
  const { id } = JSON.parse(shell.text)
  await heard(`ws+unix:${program.socket}:/pty/${id}/connect`, 'by a WebSocket')
  await t.rejects(
    heard(`ws+unix:${program.socket}:/pty/${id}/connect`, 'it', { 'sec-fetch-site': 'cross-site' }),
    /403/,
  )
  await t.rejects(
    heard(`ws+unix:${program.socket}:/pty/pty_none/connect`, 'it'),
    /Unexpected server response/,
  )
  const elsewhere = { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } }
  t.match(await program.ask('/session', elsewhere), { status: 403 })
  program.said = ''
})

/** The type of the first event, which is there before the stream ends. */
const firstEvent = (socketPath: string) =>
  new Promise<string | undefined>((done, failed) => {
    const asking = request({ socketPath, path: '/event', agent: false }, response => {
      response.once('data', (chunk: Buffer) => {
        done(/"type":"([\w.]+)"/.exec(chunk.toString())?.[1])
        asking.destroy()
      })
      response.on('error', () => undefined)
    })
    asking.on('error', failed)
    asking.end()
  })

/** Waits until a WebSocket has brought these words. */
const heard = (address: string, words: string, headers: Record<string, string> = {}) =>
  new Promise<void>((done, failed) => {
    const socket = new WebSocket(address, { headers })
    socket.on('error', failed)
    socket.on('message', (data: Buffer) => {
      if (!data.toString().includes(words)) return
      done()
      socket.terminate()
    })
  })

t.test('what a repository configures does not run', async t => {
  await using program = await start('--program', join(cache, version))
  const ran = join(program.outside, 'ran')
  plant(program.worktree, ran)
  t.equal(JSON.parse((await program.ask('/config')).text).mcp, undefined)
  t.match(await program.ask('/mcp'), { status: 200, text: '{}' })
  t.match(await program.ask('/session'), { status: 200 })
  mkdirSync(join(program.worktree, 'sub'))
  for (const path of ['/pty', '/pty?directory=sub', '/api/location', '/experimental/project/x/copy'])
    t.match(await program.ask(path), { status: 403, text: /would run what \.opencode/ }, path)
  await t.rejects(heard(`ws+unix:${program.socket}:/pty/pty_none/connect`, 'it'), /403/)
  t.same([existsSync(`${ran}-server`), existsSync(`${ran}-plugin`)], [false, false])
  program.said = ''
})

// Here, for it is fetched here: 350 MB are not to be fetched twice.
t.test('it does a stage of a smoke, led by the scripted model', async t => {
  t.match(await opencodeAdds(t, join(cache, version), 120_000), {
    verdict: { kind: 'passed' },
    exit: 0,
    asked: ['Bearer the-token'],
  })
})

t.test('in a session behind the proxy it is reached by its origin, by paths and by a WebSocket', async t =>
  opencodeInASession(t, join(cache, version)),
)

t.test('it ends with opencode, and opencode with it', async t => {
  await using program = await start('--program', join(cache, version))
  const [child] = childrenOf(program.pid)
  t.ok(child)
  const waiting = connect(program.socket)
  t.equal(await program.end(), 0)
  waiting.destroy()
  t.notOk(isThere(Number(child)))
  await program.again()
  const [another] = childrenOf(program.pid)
  process.kill(Number(another), 'SIGKILL')
  await until('it has ended', () => !isThere(program.pid) || program.said.includes('by itself'))
  t.equal(await program.end(), 1)
  t.match(program.said, 'opencode has ended by itself')
  await t.rejects(start('--program', '/bin/false'), /opencode has ended with 1/)
  await t.rejects(start('--program', '/nowhere'), /cannot be started/)
  await t.rejects(start(), /it needs --program PATH/)
  await program.again()
  program.said = ''
})

const childrenOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
