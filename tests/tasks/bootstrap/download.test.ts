import { createHash, randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { proxiesOf, shownProxy } from '../../../lib/proxies.ts'
import { allowedUrl, redirected, shown } from '../../../tasks/bootstrap/download/allowed-url.ts'
import { parseChecksum } from '../../../tasks/bootstrap/download/checksum.ts'
import { download, publishedChecksum, whyUnreachable } from '../../../tasks/bootstrap/download/download.ts'
import { DownloadError, type DownloadFault } from '../../../tasks/bootstrap/download/fault.ts'
import { type Network, openNetwork } from '../../../tasks/bootstrap/download/network.ts'
import { validatorOf } from '../../../tasks/bootstrap/download/partial-file.ts'
import { progressText } from '../../../tasks/bootstrap/download/progress.ts'
import { backoff } from '../../../tasks/bootstrap/download/retry.ts'
import { anotherAuthority, authority, type FileServer, startFileServer } from './servers/file-server.ts'
import { startProxyServer } from './servers/proxy-server.ts'

const body = randomBytes(1_500_000)
const sha256 = createHash('sha256').update(body).digest('hex')
const patience = { connectMs: 2_000, silenceMs: 3_000, retryMs: 1, attempts: 3 }
const forever = new AbortController().signal

function room(owner: Test) {
  const path = mkdtempSync(join(tmpdir(), 'ds-download-'))
  owner.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

type Options = Partial<Parameters<typeof openNetwork>[0]>

function network(owner: Test, options: Options = {}): Network {
  const opened = openNetwork({ environment: {}, trusted: [authority], signal: forever, patience, ...options })
  owner.teardown(() => opened[Symbol.asyncDispose]())
  return opened
}

function wanted(owner: Test, server: FileServer, path = '/installer.sh') {
  return { url: server.origin + path, file: join(room(owner), 'installer.sh'), sha256, maximumBytes: 2 ** 21 }
}

const quiet = { log: () => {}, progress: () => {} }

async function faultOf(work: Promise<unknown>): Promise<{ fault: DownloadFault; text: string }> {
  try {
    await work
  } catch (error) {
    if (error instanceof DownloadError) return { fault: error.fault, text: error.toText() }
    throw error
  }
  throw new Error('it succeeded')
}

t.test('URLs: https, or http to this host; a redirect never leaves https', async t => {
  t.equal(allowedUrl('https://example.org/a').href, 'https://example.org/a')
  for (const local of ['http://127.0.0.1:1/a', 'http://localhost/a', 'http://[::1]:1/a'])
    t.equal(allowedUrl(local).href, local)
  for (const [url, message] of [
    ['http://example.org/a', /http:\/\/example\.org\/a is not downloaded: http is for this host alone/],
    ['http://127.0.0.1.example.org/a', /http is for this host alone/],
    ['file:///etc/passwd', /its scheme is file, expected https/],
    ['ftp://example.org/a', /its scheme is ftp/],
    ['installer.sh', /"installer\.sh" is not downloaded: it is no URL/],
  ] as const)
    t.throws(() => allowedUrl(url), { name: 'UserError', message }, url)
  const from = new URL('https://example.org/a/b')
  t.equal(redirected(from, '../c').href, 'https://example.org/c')
  t.throws(() => redirected(from, 'http://127.0.0.1/c'), { message: /it leaves https/ })
  t.throws(() => redirected(from, undefined), { message: /leads to nowhere/ })
  t.throws(() => redirected(new URL('http://localhost/a'), 'http://example.org/a'), {
    message: /http is for this host alone/,
  })
  t.equal(shown(new URL('https://user:secret@example.org/a?signature=secret')), 'https://example.org/a')
})

t.test('small parts: checksums, validators, backoff, progress, proxies', async t => {
  t.equal(parseChecksum(`${sha256.toUpperCase()}  installer.sh\n`), sha256)
  t.equal(parseChecksum('<html>'), undefined)
  t.equal(parseChecksum(sha256.slice(1)), undefined)
  t.equal(validatorOf('"a"', 'yesterday'), '"a"')
  t.equal(validatorOf('W/"a"', 'yesterday'), undefined, 'a weak tag names no bytes')
  t.equal(validatorOf(undefined, 'yesterday'), 'yesterday')
  t.same(
    [1, 2, 3, 20].map(attempt => backoff(attempt, 500)),
    [500, 1_000, 2_000, 30_000],
  )
  t.equal(progressText(13_107_200, 146_800_640, 5_242_880, 1_000), '12.5 of 140.0 MiB, 5.0 MiB/s')
  t.equal(progressText(1_048_576, undefined, 0, 0), '1.0 MiB')
  t.same(proxiesOf({ HTTPS_PROXY: 'one:1', https_proxy: 'http://u:p@two:2', no_proxy: 'x' }), {
    http: '',
    https: 'http://u:p@two:2/',
    except: 'x',
  })
  t.throws(() => proxiesOf({ HTTPS_PROXY: 'gopher://secret@x' }), {
    message: 'HTTPS_PROXY is no address of a proxy',
  })
  t.equal(shownProxy('http://u:secret@two:2/'), 'http://***@two:2')
})

t.test('a file arrives whole under its name, with progress, and nothing is left beside it', async t => {
  const server = await startFileServer(t)
  server.serve('/installer.sh', { body, etag: '"1"' })
  const told: string[] = []
  const want = wanted(t, server)
  await download(network(t), want, { log: () => {}, progress: text => told.push(text) })
  t.ok(readFileSync(want.file).equals(body))
  t.same(readdirSync(join(want.file, '..')), ['installer.sh'])
  t.match(told[0], /^\d\.\d of 1\.4 MiB/)
})

t.test('what was cut off is gone on with, by Range and If-Range', async t => {
  const server = await startFileServer(t)
  const cut = { as: 'file', cutAfter: 500_000 } as const
  server.serve('/installer.sh', { body, etag: '"1"', answers: [cut, cut, { as: 'file' }] })
  const want = wanted(t, server)
  const log: string[] = []
  await download(network(t), want, { ...quiet, log: line => log.push(line) })
  t.ok(readFileSync(want.file).equals(body))
  t.same(
    server.asked.map(({ headers }) => headers['if-range']),
    [undefined, '"1"', '"1"'],
  )
  t.match(log[0], /cut the connection after \d+ of 1500000 bytes; trying again in 0\.001 s \(2 of 3\)/)
})

t.test('a later call goes on where an earlier one gave up', async t => {
  const server = await startFileServer(t)
  server.serve('/installer.sh', { body, etag: '"1"', answers: [{ as: 'file', cutAfter: 400_000 }] })
  const want = wanted(t, server)
  const { fault, text } = await faultOf(download(network(t), want, quiet))
  t.equal(fault.kind, 'cut')
  t.match(text, /what has arrived is kept/)
  t.notOk(existsSync(want.file))
  server.serve('/installer.sh', { body, etag: '"1"' })
  await download(network(t), want, quiet)
  t.ok(readFileSync(want.file).equals(body))
  t.match(server.asked.at(-1)?.headers.range, /^bytes=[1-9]\d+-$/)
})

t.test('begun anew where the server has another version, ignores Range, or names no version', async t => {
  const server = await startFileServer(t)
  for (const [name, then] of Object.entries({
    'another version': { etag: '"2"' },
    'ignores Range': { etag: '"1"', answers: [{ as: 'file' as const, ignoreRange: true }] },
    'no version': {},
  })) {
    const want = wanted(t, server)
    server.serve('/installer.sh', {
      body: randomBytes(900_000),
      ...(name === 'no version' ? {} : { etag: '"1"' }),
      answers: [
        { as: 'file', cutAfter: 400_000 },
        { as: 'status', status: 404 },
      ],
    })
    await t.rejects(download(network(t), want, quiet), { message: /HTTP 404/ })
    server.serve('/installer.sh', { body, ...then })
    await download(network(t), want, quiet)
    t.ok(readFileSync(want.file).equals(body), name)
  }
})

t.test('a part that is no part any more is thrown away', async t => {
  const server = await startFileServer(t)
  server.serve('/installer.sh', {
    body,
    etag: '"1"',
    answers: [{ as: 'status', status: 416 }, { as: 'file' }],
  })
  const want = wanted(t, server)
  writeFileSync(`${want.file}.part`, randomBytes(1_600_000))
  writeFileSync(`${want.file}.part.json`, JSON.stringify({ url: want.url, validator: '"1"' }))
  await download(network(t), want, quiet)
  t.ok(readFileSync(want.file).equals(body))
})

t.test('5xx and resets are tried again, a bounded number of times; 4xx is not', async t => {
  const server = await startFileServer(t)
  server.serve('/installer.sh', {
    body,
    answers: [{ as: 'status', status: 503 }, { as: 'reset' }, { as: 'file' }],
  })
  await download(network(t), wanted(t, server), quiet)
  t.equal(server.asked.length, 3)
  server.serve('/always', { body, answers: [{ as: 'status', status: 502 }] })
  const always = await faultOf(download(network(t), wanted(t, server, '/always'), quiet))
  t.match(always.text, /\/always: the server answered HTTP 502/)
  t.equal(server.asked.length, 6)
  const absent = await faultOf(download(network(t), wanted(t, server, '/absent'), quiet))
  t.match(absent.text, /\/absent: the server answered HTTP 404\n {2}check environment\.conda_installer_url/)
  t.equal(server.asked.length, 7)
})

t.test('a wrong checksum removes the file and names both', async t => {
  const server = await startFileServer(t)
  server.serve('/installer.sh', { body: 'something else', etag: '"1"' })
  const want = wanted(t, server)
  const { text } = await faultOf(download(network(t), want, quiet))
  t.match(text, new RegExp(`expected ${sha256}, got [0-9a-f]{64}`))
  t.same(readdirSync(join(want.file, '..')), [])
})

t.test('silence has a deadline, before the answer, within it, and in a proxy', async t => {
  const server = await startFileServer(t)
  const short = { ...patience, silenceMs: 200, attempts: 1 }
  server.serve('/installer.sh', { body, answers: [{ as: 'silence' }] })
  const before = await faultOf(download(network(t, { patience: short }), wanted(t, server), quiet))
  t.match(before.fault, { kind: 'silent', seconds: 0.2 })
  server.serve('/installer.sh', { body, answers: [{ as: 'file', stallAfter: 1_000 }] })
  const within = await faultOf(download(network(t, { patience: short }), wanted(t, server), quiet))
  t.match(within.text, /was silent for 0\.2 s/)
  const { host } = await startProxyServer(t, 'silent')
  const environment = { HTTPS_PROXY: host }
  const proxied = await faultOf(
    download(network(t, { environment, patience: short }), wanted(t, server), quiet),
  )
  t.match(proxied.fault, { kind: 'silent' })
})

t.test('too much, announced or not, is not taken', async t => {
  const server = await startFileServer(t)
  for (const unknownLength of [false, true]) {
    server.serve('/installer.sh', { body, answers: [{ as: 'file', unknownLength }] })
    const want = { ...wanted(t, server), maximumBytes: 100_000 }
    const { text } = await faultOf(download(network(t), want, quiet))
    t.match(text, /is larger than 100000 bytes/)
    t.same(readdirSync(join(want.file, '..')), [])
  }
})

t.test(
  'a full disk is told as such',
  { skip: !existsSync('/dev/full') && 'no /dev/full on macOS' },
  async t => {
    const server = await startFileServer(t)
    server.serve('/installer.sh', { body })
    const want = wanted(t, server)
    symlinkSync('/dev/full', `${want.file}.part`)
    const { fault, text } = await faultOf(download(network(t), want, quiet))
    t.equal(fault.kind, 'no_space')
    t.match(text, /no space left in .*\n {2}free some space/)
  },
)

t.test('a directory that cannot be written is named', async t => {
  const server = await startFileServer(t)
  server.serve('/installer.sh', { body })
  const want = wanted(t, server)
  writeFileSync(`${want.file}x`, '')
  await t.rejects(download(network(t), { ...want, file: `${want.file}x/installer.sh` }, quiet), {
    name: 'UserError',
    message: /installer\.shx cannot be written: EEXIST/,
  })
})

t.test('an authority that is not trusted, and one that is', async t => {
  const server = await startFileServer(t)
  server.serve('/installer.sh', { body })
  for (const trusted of [undefined, [anotherAuthority]]) {
    const { fault, text } = await faultOf(download(network(t, { trusted }), wanted(t, server), quiet))
    t.match(fault, { kind: 'untrusted', host: `127.0.0.1:${server.port}` })
    t.match(text, /set REQUESTS_CA_BUNDLE or SSL_CERT_FILE/)
  }
  t.equal(server.asked.length, 0)
  await download(network(t, { trusted: [anotherAuthority, authority] }), wanted(t, server), quiet)
})

t.test('redirects are followed, but not for ever and not out of https', async t => {
  const server = await startFileServer(t)
  const open = await startFileServer(t, { secure: false })
  server.serve('/installer.sh', { body, answers: [{ as: 'redirect', to: '/next' }] })
  server.serve('/next', { body, answers: [{ as: 'redirect', to: `${server.origin}/last` }] })
  server.serve('/last', { body })
  const want = wanted(t, server)
  await download(network(t), { ...want, url: want.url.replace('//', '//user:secret@') }, quiet)
  t.same(
    server.asked.map(({ path, headers }) => [path, headers.authorization !== undefined]),
    [
      ['/installer.sh', true],
      ['/next', true],
      ['/last', false],
    ],
  )
  server.serve('/loop', { body, answers: [{ as: 'redirect', to: '/loop' }] })
  const loop = await faultOf(download(network(t), wanted(t, server, '/loop'), quiet))
  t.match(loop.text, /more than 10 redirects/)
  open.serve('/installer.sh', { body })
  server.serve('/out', { body, answers: [{ as: 'redirect', to: `${open.origin}/installer.sh` }] })
  const out = await faultOf(download(network(t), wanted(t, server, '/out'), quiet))
  t.match(out.text, /\/out leads to http:.*, which is not followed: it leaves https/)
  t.equal(open.asked.length, 0)
  open.serve('/in', { body, answers: [{ as: 'redirect', to: `${server.origin}/last` }] })
  await download(network(t), wanted(t, open, '/in'), quiet)
})

t.test('through a proxy that asks for credentials; NO_PROXY goes around it', async t => {
  const server = await startFileServer(t)
  server.serve('/installer.sh', { body })
  const proxy = await startProxyServer(t, { user: 'me', password: 's3cret word' })
  const https_proxy = `http://me:s3cret%20word@${proxy.host}`
  await download(network(t, { environment: { https_proxy } }), wanted(t, server), quiet)
  t.same(proxy.tunnels, [{ target: `127.0.0.1:${server.port}`, allowed: true }])

  const environment = { HTTPS_PROXY: `http://me:wr0ng@${proxy.host}` }
  const log: string[] = []
  const refused = await faultOf(
    download(network(t, { environment }), wanted(t, server), { ...quiet, log: line => log.push(line) }),
  )
  t.match(refused.fault, { kind: 'proxy', status: 407, proxy: `http://***@${proxy.host}` })
  t.notMatch(refused.text + log.join(), /wr0ng/)
  t.match(refused.text, /USER:PASSWORD@HOST:PORT/)

  await download(
    network(t, { environment: { ...environment, NO_PROXY: '127.0.0.1' } }),
    wanted(t, server),
    quiet,
  )
  t.equal(proxy.tunnels.length, 2)
})

t.test('the published checksum: its first field, or refused with the reason', async t => {
  const server = await startFileServer(t)
  const url = `${server.origin}/installer.sh`
  server.serve('/installer.sh.sha256', { body: `${sha256}  installer.sh\n` })
  t.equal(await publishedChecksum(network(t), url, () => {}), sha256)
  for (const [file, reason] of [
    [{ body: '', answers: [{ as: 'status', status: 404 }] }, /answers HTTP 404/],
    [{ body: '<html>no</html>' }, /does not begin with 64 hexadecimal digits/],
    [{ body: 'a'.repeat(100_000) }, /it is too long/],
  ] as const) {
    server.serve('/installer.sh.sha256', { ...file, answers: [...('answers' in file ? file.answers : [])] })
    const { fault, text } = await faultOf(publishedChecksum(network(t), url, () => {}))
    t.equal(fault.kind, 'no_checksum')
    t.match(text, /is refused, for its SHA-256 is not known/)
    t.match(text, reason)
    t.match(text, /environment\.conda_installer_sha256/)
  }
})

t.test('reachable or not, within a time', async t => {
  const server = await startFileServer(t)
  server.serve('/silent', { body, answers: [{ as: 'silence' }] })
  const options = { environment: {}, trusted: [authority], signal: forever }
  t.equal(await whyUnreachable(options, `${server.origin}/absent`, 5_000), undefined, '404 is an answer')
  t.match(await whyUnreachable(options, `${server.origin}/silent`, 200), { reason: 'no answer within 0.2 s' })
  const closed = createServer()
  await new Promise<void>(ready => closed.listen(0, '127.0.0.1', ready))
  const address = closed.address()
  const port = typeof address === 'object' ? address?.port : undefined
  await new Promise(done => closed.close(done))
  t.match(await whyUnreachable(options, `https://127.0.0.1:${port}/`, 5_000), {
    kind: 'unreachable',
    reason: /ECONNREFUSED/,
  })
})

t.test('ends at once when told to', async t => {
  const server = await startFileServer(t)
  server.serve('/installer.sh', { body, etag: '"1"', answers: [{ as: 'file', stallAfter: 1_000 }] })
  const control = new AbortController()
  const want = wanted(t, server)
  const arrived = server.askedFor('/installer.sh')
  const work = download(network(t, { signal: control.signal }), want, quiet)
  void arrived.then(() => control.abort(new Error('enough')))
  await t.rejects(work, { message: 'enough' })
  t.notOk(existsSync(want.file))
})
