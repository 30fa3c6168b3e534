import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import t, { type Test } from 'tap'
import { Agent } from 'undici'
import { certificates } from '../services/proxy/certificates.ts'
import { until } from '../until.ts'
import { makeClone } from './clone.ts'
import { askOverHttp2 } from './http2-asker.ts'
import { type ServiceStatus, serviceStatus } from './service-status.ts'
import { terminalClient } from './terminal-client.ts'

t.setTimeout(280_000)

const clone = makeClone(t, 'a clone with blänks')
const { files, make } = certificates(t)

const status = () => serviceStatus(clone)

/** Asks without an end, on connections that are kept and on ones that are not, until it is stopped. */
function load(urls: readonly string[], token: string) {
  let isOver = false
  let answered = 0
  const failures: string[] = []
  const agent = new Agent({ connections: 4 })
  const ask = async (url: string, reset: boolean) => {
    while (!isOver) {
      const headers = { authorization: `Bearer ${token}` }
      const { origin, pathname } = new URL(url)
      await agent
        .request({ origin, path: pathname, method: 'GET', headers, reset })
        .then(async ({ statusCode, body }) => {
          const text = await body.text()
          if (statusCode === 200) answered++
          else failures.push(`${url}: ${statusCode} ${text}`)
        })
        .catch(error => failures.push(`${url}: ${error}`))
      await delay(1)
    }
  }
  const asking = urls.flatMap(url => [ask(url, true), ask(url, false), ask(url, false)])
  return {
    answered: () => answered,
    failures,
    async stop() {
      isOver = true
      await Promise.all(asking)
      await agent.close()
    },
  }
}

/** The official client of MCP, which calls a tool without an end until it is stopped. */
async function callTools(url: string, token: string) {
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit })
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(transport as Transport)
  const session = transport.sessionId
  let isOver = false
  const answers: { pid: number; told: number }[] = []
  const failures: string[] = []
  const calling = (async () => {
    for (; !isOver; await delay(1))
      await client
        .callTool({ name: 'own_facts', arguments: {} })
        .then(({ content, isError }) => {
          const [first, ...more] = content as { text: string }[]
          if (isError === true || first === undefined) failures.push(JSON.stringify(content))
          else answers.push({ pid: JSON.parse(first.text).pid, told: more.length })
        })
        .catch(error => failures.push(`${error}`))
  })()
  return {
    answers,
    failures,
    async stop() {
      isOver = true
      await calling
      await client.close()
      return transport.sessionId === session
    },
  }
}

const tokenOf = () => readFileSync(clone.path('.artifacts/secrets/admin-token'), 'utf8').trim()

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('it listens on no port')
  return address.port
}

async function underLoad(
  t: Test,
  before: readonly ServiceStatus[],
  change: () => Promise<void>,
): Promise<void> {
  const [, api, proxy] = before
  const urls = ['/whoami', '/repositories', '/sessions']
  const asked = load(
    urls.flatMap(path => [`${api?.address}${path}`, `${proxy?.address}/api${path}`]),
    tokenOf(),
  )
  await until('it is asked', () => asked.answered() > 20)
  await change()
  const now = asked.answered()
  await until('it goes on', () => asked.answered() > now + 20)
  await asked.stop()
  t.same(asked.failures, [], `of ${asked.answered()} requests none failed`)
}

t.test('services are replaced without a request that fails, nor a byte that is lost', async t => {
  const own = '[servers.own]\ncommand = "node"\nargs = ["tests/services/proxy/gateway/unruly-server.ts"]\n'
  writeFileSync(clone.path('config/mcp.local.toml'), `${own}share = "session"\n`)
  make('localhost')
  const port = await freePort()
  const tls = `certificate = "${files.certificate}"\nkey = "${files.key}"\nport = ${port}\n`
  writeFileSync(clone.path('config/server.local.toml'), `[proxy.tls]\n${tls}`)
  t.equal((await clone.task(['up'])).code, 0)
  const before = await status()
  t.equal((await clone.debugServer(['repository', 'add', clone.root, '--name', 'demo'])).code, 0)
  const lines = 'i=0; until [ -e done ]; do echo line $i; i=$((i+1)); sleep 0.05; done'
  const made = await clone.debugServer([
    ...['session', 'create', '--repository', 'demo', '--environment', 'none', '--command', lines, '--json'],
  ])
  t.equal(made.code, 0, made.stderr)
  const session: string = JSON.parse(made.stdout).id
  const follow = clone.start(['client/cli/bin.mjs', 'session', 'logs', session, '--follow'])
  await until('the log is followed', () => follow.stdout().includes('line 3\n'))

  const headers = { authorization: `Bearer ${tokenOf()}` }
  const terminalUrl = `${before[2]?.address}/sessions/${session}/terminal`
  const terminal = terminalClient(terminalUrl, headers)
  await terminal.sees(/[$#] $/)
  terminal.type('kept=of-before; echo pid-$$-$kept\r')
  const [, shell] = await terminal.sees(/pid-(\d+)-of-before/)

  const calls = await callTools(before[2]?.address ?? '', tokenOf())
  await until('tools are called', () => calls.answers.length > 5)
  const paths = ['/api/whoami', '/api/sessions', '/healthz', '/api/whoami', '/api/repositories']
  const overHttp2 = askOverHttp2({
    ...{ url: `https://localhost:${port}`, paths, headers, certificate: readFileSync(files.certificate) },
  })
  await until('it is asked over HTTP/2', () => overHttp2.facts.answered > 5)
  await underLoad(t, before, async () => {
    const reload = await clone.task(['reload'])
    t.equal(reload.code, 0, reload.stderr)
    t.match(reload.stdout, /runner has been replaced.*\napi has been replaced.*\nproxy has been replaced/)
  })
  const { answered } = overHttp2.facts
  await until('it is asked on over HTTP/2', () => overHttp2.facts.answered > answered + 10)
  await overHttp2.stop()
  t.comment(JSON.stringify(overHttp2.facts))
  t.same(overHttp2.failures, [], `of ${overHttp2.facts.answered} requests over HTTP/2 none failed`)
  t.ok(overHttp2.facts.connections > 1, 'its clients were told to go elsewhere')

  t.match((await terminal.closed()).code, 1006, 'it leads through the runner')
  const again = terminalClient(terminalUrl, headers)
  await again.sees(/pid-\d+-of-before/)
  again.type('echo again-$$-$kept\r')
  t.equal((await again.sees(/again-(\d+)-of-before/))[1], shell, 'the same shell, and what was on its screen')
  again.close()

  const [first] = calls.answers
  await until('another process answers', () => calls.answers.at(-1)?.pid !== first?.pid)
  t.ok(await calls.stop(), 'the client has introduced itself once')
  t.same(calls.failures, [], `of ${calls.answers.length} calls none failed`)
  t.equal(
    calls.answers.filter(({ told }) => told > 0).length,
    1,
    'it was told once that its server is a new one',
  )
  const after = await status()
  t.same(
    after.map(({ state, address }) => [state, address]),
    before.map(({ address }) => ['ready', address]),
  )
  for (const [at, { pid }] of after.entries()) t.not(pid, before[at]?.pid, 'another process')
  t.equal(clone.processes().filter(line => /PM2 v|services\/\w+\/main/.test(line)).length, 4)

  const { stdout } = await clone.debugServer(['session', 'get', session, '--json'])
  t.equal(JSON.parse(stdout).status, 'running', 'its command goes on')
  t.equal((await clone.debugServer(['command', 'run', session, '--', 'touch', 'done'])).code, 0)
  const { code } = await follow.finished
  t.equal(code, 0)
  const seen = follow.stdout().match(/^line \d+$/gm) ?? []
  t.same(
    seen,
    seen.map((_, at) => `line ${at}`),
    'each line once, and in order',
  )
})

t.test('a proxy that is replaced answers the calls that it has begun, however long that takes', async t => {
  const [, , proxy] = await status()
  const requestInit = { headers: { authorization: `Bearer ${tokenOf()}` } }
  const transport = new StreamableHTTPClientTransport(new URL(`${proxy?.address}/mcp`), { requestInit })
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(transport as Transport)
  const waits = Promise.withResolvers<void>()
  const path = clone.path('.artifacts/answer')
  const answer = client.callTool({ name: 'own_wait_for', arguments: { path } }, undefined, {
    onprogress: () => waits.resolve(),
  })
  await waits.promise
  const reload = clone.start(['tasks/cli.mjs', 'reload', 'proxy', '--drain', '4m'])
  await until('it says for whom it waits', () =>
    /waiting up to 240 s for 1 request/.test(reload.stdout() + reload.stderr()),
  )
  await until('the successor answers, which says that it has started the server anew', async () => {
    const { content } = await client.callTool({ name: 'own_facts' })
    return Array.isArray(content) && content.length === 2
  })
  writeFileSync(path, '')
  t.match(await answer, { content: [{ text: 'done' }] })
  t.equal((await reload.finished).code, 0)
  await client.close()
})

t.test('up after a change of the sources replaces what was started from others', async t => {
  const before = await status()
  appendFileSync(clone.path('services/proxy/main.ts'), '\n// changed\n')
  await underLoad(t, before, async () => {
    const up = await clone.task(['up'])
    t.equal(up.code, 0, up.stderr)
    t.match(up.stdout, /Debug Server is up, from the sources and settings as they are now/)
  })
  const after = await status()
  for (const [at, { pid, address }] of after.entries()) {
    t.not(pid, before[at]?.pid)
    t.equal(address, before[at]?.address)
  }
  t.match((await clone.task(['up'])).stdout, /already up/)
})
