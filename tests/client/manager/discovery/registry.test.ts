import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import t from 'tap'
import { searchRegistry } from '../../../../client/manager/discovery/registry.ts'
import { until } from '../../../until.ts'
import { mcpRegistry, told } from './mcp-registry.ts'

const { signal } = new AbortController()
const environment = {}
const send = (response: ServerResponse, body: unknown) => void response.end(JSON.stringify(body))

t.test('all pages are asked for, and what is no server is left out', async t => {
  const pages: Record<string, unknown> = {
    '': {
      servers: [told('a/one'), { server: { name: '../x' } }, told('a/gone', {}, 'deleted')],
      metadata: { nextCursor: 'two&x=1' },
    },
    'two&x=1': { servers: [told('a/two', {}, 'deprecated')], metadata: { count: 1 } },
  }
  const registry = await mcpRegistry(t, (url, response) =>
    send(response, pages[url.searchParams.get('cursor') ?? '']),
  )
  const ca = readFileSync(registry.ca, 'utf8')
  const { found, warnings } = await searchRegistry('wea ther&', 50, {
    url: `${registry.url}/base/`,
    ca,
    environment,
    signal,
  })
  t.same(
    found.map(({ entry, from }) => [entry.name, from]),
    ['a/one', 'a/two'].map(name => [name, { kind: 'registry', url: registry.url }]),
  )
  t.match(warnings, [/a\/two is deprecated/, /1 of its servers are left out/])
  t.same(
    registry.asked.map(({ pathname, searchParams }) => [
      pathname,
      searchParams.get('search'),
      searchParams.get('version'),
    ]),
    Array(2).fill(['/base/v0/servers', 'wea ther&', 'latest']),
  )
})

t.test('a certificate that nobody knows is not believed', async t => {
  const registry = await mcpRegistry(t, (_, response) => send(response, { servers: [] }))
  await t.rejects(searchRegistry('x', 10, { url: registry.url, ca: undefined, environment, signal }), {
    message: /localhost:\d+\/v0\/servers cannot be reached: .*self-signed/,
  })
  t.equal(registry.asked.length, 0)
})

t.test('a registry that leads elsewhere, says too much or nothing that is right is told as that', async t => {
  const strangers: string[] = []
  const stranger = await mcpRegistry(t, (url, response) => {
    strangers.push(url.href)
    send(response, { servers: [] })
  })
  const ways: Record<string, (response: ServerResponse) => void> = {
    redirected: response => void response.writeHead(302, { location: `${stranger.url}/v0/servers` }).end(),
    inside: response => void response.writeHead(301, { location: '/v0/servers?search=other' }).end(),
    broken: response => void response.writeHead(500).end('secret stack'),
    html: response => void response.end('<html>'),
    other: response => send(response, { servers: 'none' }),
    cut: response => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"servers":')
      setImmediate(() => response.destroy())
    },
    huge: response => {
      const chunk = Buffer.alloc(65_536, 0x20)
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', more)
      more()
    },
  }
  const registry = await mcpRegistry(t, (url, response) =>
    ways[url.searchParams.get('search') ?? '']?.(response),
  )
  const ca = readFileSync(registry.ca, 'utf8')
  for (const [word, reason] of [
    ['redirected', /it leads on to https:\/\/localhost:\d+, which is not followed/],
    ['inside', /which is not followed/],
    ['broken', /it answered 500$/],
    ['html', /its answer is no JSON/],
    ['other', /none of an MCP registry/],
    ['cut', /v0\/servers cannot be reached: /],
    ['huge', /longer than 4194304 bytes|exceeded/],
  ] as const)
    await t.rejects(
      searchRegistry(word, 10, { url: registry.url, ca, environment, signal }),
      { name: 'UserError', message: reason },
      word,
    )
  t.same(strangers, [])
})

t.test('one that leads in a circle, or never ends, ends here', async t => {
  let pages = 0
  const registry = await mcpRegistry(t, (url, response) => {
    pages += 1
    const isCircle = url.searchParams.get('search') === 'circle'
    send(response, {
      servers: [told(`a/x${pages}`)],
      metadata: { nextCursor: isCircle ? 'same' : `${pages}` },
    })
  })
  const ca = readFileSync(registry.ca, 'utf8')
  const circle = await searchRegistry('circle', 100, { url: registry.url, ca, environment, signal })
  t.match(circle.warnings, [/led in a circle/])
  t.equal(circle.found.length, 2)
  pages = 0
  t.equal(
    (await searchRegistry('endless', 100, { url: registry.url, ca, environment, signal })).found.length,
    10,
  )
  const ending = new AbortController()
  const silent = await mcpRegistry(t, () => ending.abort(new Error('enough')))
  await t.rejects(
    searchRegistry('x', 1, {
      ...{ url: silent.url, ca: readFileSync(silent.ca, 'utf8'), environment, signal: ending.signal },
    }),
    { message: 'enough' },
    'who gives it up is not told that it was late',
  )
  await t.rejects(
    searchRegistry('x', 1, {
      ...{
        url: silent.url,
        ca: readFileSync(silent.ca, 'utf8'),
        environment,
        signal: AbortSignal.timeout(50),
      },
    }),
    { message: /did not answer in time/ },
  )
})

t.test('one that is slow has as long as a search may take, however it is slow', async t => {
  let ended = 0
  let pages = 0
  const registry = await mcpRegistry(t, (url, response) => {
    response.once('close', () => ended++)
    const way = url.searchParams.get('search')
    if (way === 'silent') return
    const page = JSON.stringify({ servers: [told('a/one')], metadata: { nextCursor: `${++pages}` } })
    if (way === 'pages') return void setTimeout(() => response.end(page), 200)
    // One byte at a time: never silent for long, and never there.
    let sent = 0
    const drip = setInterval(() => response.write(page.charAt(sent++)), 20)
    response.once('close', () => clearInterval(drip))
  })
  const ca = readFileSync(registry.ca, 'utf8')
  for (const way of ['silent', 'drips', 'pages']) {
    const before = ended
    await t.rejects(
      searchRegistry(way, 1_000, { url: registry.url, ca, environment, signal, deadlineMs: 900 }),
      { name: 'UserError', message: /v0\/servers: it did not answer in time/ },
      way,
    )
    await until('it is let go of', () => (ended > before ? true : undefined))
  }
  t.ok(pages > 2, `${pages} pages had come`)
})

t.test('an address that is not safe is not asked', async t => {
  for (const url of ['http://registry.example.org', 'file:///etc/passwd', 'registry.example.org', ''])
    await t.rejects(searchRegistry('x', 1, { url, ca: undefined, environment, signal }), {
      message: /expected an https address/,
    })
})

t.test('a registry behind a proxy is asked through it', async t => {
  const registry = await mcpRegistry(t, (_, response) => send(response, { servers: [told('a/one')] }))
  const asked: string[] = []
  const proxy = createServer()
  proxy.on('connect', ({ url = '' }, client) => {
    asked.push(url)
    const upstream = connect(Number(url.split(':')[1]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      client.pipe(upstream).pipe(client)
    })
    for (const one of [client, upstream]) one.on('error', () => {})
  })
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  t.teardown(() => void proxy.close())
  const https_proxy = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const ca = readFileSync(registry.ca, 'utf8')
  const search = (more: Record<string, string>) =>
    searchRegistry('x', 1, { url: registry.url, ca, environment: { https_proxy, ...more }, signal })
  t.match(await search({}), { found: [{ entry: { name: 'a/one' } }] })
  t.same(asked, [new URL(registry.url).host])
  t.match(await search({ no_proxy: 'localhost' }), { found: [{ entry: { name: 'a/one' } }] })
  t.equal(asked.length, 1)
  await t.rejects(search({ https_proxy: 'ftp://x' }), { message: /https_proxy is no address of a proxy/ })
})
