import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { Interruption } from '../../../client/cli/interruption.ts'
import { createClient } from '../../../client/sdk/client.ts'
import { demoRepository, realServer } from '../real-server.ts'
import { artifact } from '../samples.ts'
import { type Handlers, standIn } from '../stand-in-server.ts'
import { at, cli } from './rig.ts'

t.setTimeout(240_000)

async function place(t: { teardown(ends: () => Promise<void>): void }): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'artifacts-'))
  t.teardown(() => rm(directory, { recursive: true }))
  return directory
}

t.test('what a command was to leave behind is told, listed and downloaded', async t => {
  const server = await realServer(t)
  const url = await demoRepository(server.directory)
  await using client = createClient({ baseUrl: server.url, token: server.token })
  await client.repositories.add({ url, name: 'demo', wait: 20 })
  await client.sessions.create({ repository: 'demo', wait: 20 })
  const directory = await place(t)
  const environment = { ...at(server.url), DEBUG_SERVER_TOKEN: server.token }
  const said = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli(args, { environment, directory })
    t.equal(code, 0, `${args.join(' ')}: ${stderr}`)
    return stdout
  }
  const report = '<testsuite><testcase/><testcase><failure/></testcase></testsuite>'
  const line = `mkdir out; printf '${report}' > out/report.xml; head -c 3000000 /dev/urandom > large`
  const id = await said(
    ...['command', 'run', '@last', '--artifact', 'out/', '--artifact', 'large', '--artifact', 'none'],
    ...['--wait', '30', '--shell', line],
  )
  t.match(await said('command', 'get', id.trim()), /artifacts +2 kept, 1 left out\n +no match: none\n/)
  const listed = await said('artifact', 'list', '@last')
  t.match(listed, /art_\S+ +cmd_\S+ +file +2\.9 MiB +large/)
  t.match(listed, /junit +\d+ B +out\/report\.xml +2 tests, 1 failed/)
  const {
    items: [junit],
  } = await client.artifacts.list({ session: '@last', kind: 'junit' })
  const {
    items: [large],
  } = await client.artifacts.list({ session: '@last', kind: 'file' })
  if (junit === undefined || large === undefined) throw new Error('it is listed')
  t.match(await said('artifact', 'get', junit.id), /summary +2 tests, 1 failed\n/)
  t.equal(await said('artifact', 'download', junit.id, '-o', '-'), report)
  t.equal(await said('artifact', 'download', large.id), 'large: 2.9 MiB\n')
  t.equal(readFileSync(join(directory, 'large')).length, 3_000_000)
  const again = await cli(['artifact', 'download', large.id], { environment, directory })
  t.match(again, { code: 1, stderr: /large is there already[\s\S]*--output/ })
  writeFileSync(join(directory, 'mine.xml'), 'before')
  await said('artifact', 'download', junit.id, '--output', 'mine.xml')
  t.equal(readFileSync(join(directory, 'mine.xml'), 'utf8'), report)
  t.match(JSON.parse(await said('artifact', 'download', junit.id, '--output', 'deep/er.xml', '--json')), {
    id: junit.id,
  })
  t.equal(readFileSync(join(directory, 'deep/er.xml'), 'utf8'), report)

  // By name: the path, or its last part, where one artifact alone is called so.
  const byName = (...args: string[]) =>
    cli(['artifact', 'download', '@last', ...args], { environment, directory })
  t.equal((await byName('report.xml', '-o', '-')).stdout, report)
  t.equal((await byName('out/report.xml', '-o', '-')).stdout, report)
  t.match(await byName('none.xml'), {
    code: 4,
    stderr: /has no artifact called "none.xml"\n.*artifact list @last/,
  })
  t.match(await byName('xml'), { code: 4 })
  await said('command', 'rerun', id.trim(), '--wait', '30')
  const twice = await byName('report.xml')
  t.match(twice, {
    code: 1,
    stdout: '',
    stderr: /2 artifacts called "report.xml"\n.*art_\w+ \(out\/report.xml of cmd/,
  })
  t.match(await cli(['artifact', 'download', 'art_0', 'report.xml'], { environment }), {
    ...{ code: 2, stderr: /artifact "art_0": expected an id of the form ses_/ },
  })
})

/** A file of the alphabet; each connection breaks off after some bytes, or sends what it is told. */
const alphabet = 'abcdefghijklmnopqrstuvwxyz'
const alphabetSha256 = '71c480df93d6ae2f1efad1447c66c9525e316218cf51fc8d9ed832f2daf18b73'

t.test('a download goes on where its connection broke', async t => {
  const asked: (string | undefined)[] = []
  await using server = await standIn({
    'artifacts.get': () => artifact({ path: 'alphabet', sha256: alphabetSha256, bytes: 26 }),
    'artifacts.download': (_, { request, response }) => {
      asked.push(request.headers.range)
      const first = Number(/\d+/.exec(request.headers.range ?? '0')?.[0])
      response.writeHead(first === 0 ? 200 : 206, {
        etag: '"a"',
        'content-length': 26 - first,
        ...(first === 0 ? {} : { 'content-range': `bytes ${first}-25/26` }),
      })
      response.write(alphabet.slice(first, first + 10))
      if (first < 16) setTimeout(() => response.destroy(), 20)
      else response.end()
      return undefined
    },
  })
  const directory = await place(t)
  const result = await cli(['artifact', 'download', 'art_0', '-o', '-'], {
    environment: at(server.url),
    directory,
  })
  t.match(result, { code: 0, stdout: alphabet, stderr: '' })
  t.same(asked, [undefined, 'bytes=10-25', 'bytes=20-25'])
})

/** Answers ranges of the alphabet of one version, and all of it to whoever has another; each time at most 10 bytes. */
const broken =
  (asked: (string | undefined)[], etag: string): NonNullable<Handlers['artifacts.download']> =>
  (_, { request, response }) => {
    const { range, 'if-range': known } = request.headers
    asked.push(range)
    const first = known === etag ? Number(/\d+/.exec(range ?? '0')?.[0]) : 0
    response.writeHead(first === 0 ? 200 : 206, {
      etag,
      'content-length': 26 - first,
      ...(first === 0 ? {} : { 'content-range': `bytes ${first}-25/26` }),
    })
    response.end(alphabet.slice(first))
    return undefined
  }

t.test('what an earlier try has left is gone on with, and only with what it is of', async t => {
  const asked: (string | undefined)[] = []
  const id = 'art_0123456789ab'
  await using server = await standIn({
    'artifacts.get': () => artifact({ path: 'alphabet', sha256: alphabetSha256, bytes: 26 }),
    'artifacts.download': broken(asked, `"${alphabetSha256}"`),
  })
  const directory = await place(t)
  const part = join(directory, `alphabet.${id}.part`)
  for (const [left, ranges] of [
    ['', [undefined]],
    [alphabet.slice(0, 7), ['bytes=7-']],
    [alphabet, []],
    ['0123456', ['bytes=7-']],
    ['0'.repeat(26), [undefined]],
    ['longer than it could ever be', [undefined]],
  ] as const) {
    asked.length = 0
    writeFileSync(part, left)
    const result = await cli(['artifact', 'download', id, '-o', 'alphabet'], {
      environment: at(server.url),
      directory,
    })
    if (left === '0123456') t.match(result, { code: 1, stderr: /is not what was kept of it/ })
    else t.match(result, { code: 0, stdout: 'alphabet: 26 B\n' }, left)
    t.same(asked, ranges, left)
    t.same(readdirSync(directory), ['alphabet'])
    t.equal(readFileSync(join(directory, 'alphabet'), 'utf8'), alphabet)
  }
})

t.test('a part of another version is left behind, and one that breaks off stays', async t => {
  const asked: (string | undefined)[] = []
  const ended = new AbortController()
  const directory = await place(t)
  const part = join(directory, 'alphabet.art_0123456789ab.part')
  await using server = await standIn({
    'artifacts.get': () => artifact({ path: 'alphabet', sha256: alphabetSha256, bytes: 26 }),
    'artifacts.download': (input, exchange) => {
      if (exchange.index === 0) return broken(asked, '"another"')(input, exchange)
      exchange.response.writeHead(200, { etag: '"a"', 'content-length': 26 }).write('abc')
      const come = setInterval(() => {
        if (statSync(part, { throwIfNoEntry: false })?.size !== 3) return
        clearInterval(come)
        ended.abort(new Interruption('SIGINT'))
      }, 20)
      return undefined
    },
  })
  const download = () =>
    cli(['artifact', 'download', 'art_0', '-o', 'alphabet'], {
      environment: at(server.url),
      directory,
      signal: ended.signal,
    })
  writeFileSync(part, 'other')
  t.match(await download(), { code: 0 })
  t.same(asked, ['bytes=5-'])
  t.equal(readFileSync(join(directory, 'alphabet'), 'utf8'), alphabet)
  t.match(await download(), { code: 130, stderr: /^3 B of alphabet have come: the same command goes on/ })
  t.same(readdirSync(directory).sort(), ['alphabet', 'alphabet.art_0123456789ab.part'])
  t.equal(readFileSync(join(directory, 'alphabet'), 'utf8'), alphabet, 'what was there stays')
  t.equal(readFileSync(part, 'utf8'), 'abc')
})

t.test('what is not what the server says is not kept', async t => {
  await using server = await standIn({
    'artifacts.get': () => artifact({ path: 'alphabet', sha256: alphabetSha256, bytes: 26 }),
    'artifacts.download': (_, { response }) => {
      response.writeHead(200, { etag: '"a"', 'content-length': 26 }).end(alphabet.toUpperCase())
      return undefined
    },
  })
  const directory = await place(t)
  const result = await cli(['artifact', 'download', 'art_0'], { environment: at(server.url), directory })
  t.match(result, { code: 1, stdout: '', stderr: /is not what was kept of it/ })
  t.same(readdirSync(directory), [])
  const both = await cli(['artifact', 'download', 'art_0', '-o', '-', '--json'], {
    environment: at(server.url),
  })
  t.equal(both.code, 2)
})

t.test('of two downloads to one place the second is refused, and no link is followed', async t => {
  const begun = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  await using server = await standIn({
    'artifacts.get': () => artifact({ path: 'alphabet', sha256: alphabetSha256, bytes: 26 }),
    'artifacts.download': (_, { response, index }) => {
      response.writeHead(200, { etag: '"a"', 'content-length': 26 }).write(alphabet.slice(0, 9))
      const rest = () => void response.end(alphabet.slice(9))
      if (index > 0) rest()
      else {
        begun.resolve()
        goOn.promise.then(rest)
      }
      return undefined
    },
  })
  const directory = await place(t)
  const download = (file: string) =>
    cli(['artifact', 'download', 'art_0', '-o', file], { environment: at(server.url), directory })
  const first = download('alphabet')
  await begun.promise
  t.match(await download('alphabet'), {
    code: 1,
    stderr: /another download of art_\w+ to alphabet is under way/,
  })
  t.match(await download('elsewhere'), { code: 0 }, 'another place is free')
  goOn.resolve()
  t.match(await first, { code: 0 })
  t.equal(readFileSync(join(directory, 'alphabet'), 'utf8'), alphabet)
  t.same(readdirSync(directory).sort(), ['alphabet', 'elsewhere'])

  writeFileSync(join(directory, 'mine'), 'a file of mine that is longer than what is to come')
  symlinkSync('mine', join(directory, 'linked.art_0123456789ab.part'))
  t.match(await download('linked'), { code: 1, stderr: /linked: / })
  t.match(readFileSync(join(directory, 'mine'), 'utf8'), 'a file of mine')
  t.notOk(readdirSync(directory).some(name => name.endsWith('.lock')))
})
