import { createHash } from 'node:crypto'
import t from 'tap'
import { mostResourceBytes } from '../../../client/mcp/resources/read.ts'
import { placeOf, uriOf } from '../../../client/mcp/resources/uri.ts'
import { sessionId } from '../../../services/contract/ids.ts'
import { artifact, binary, command, end, output, page, pageOf, session, state } from '../samples.ts'
import { type Handlers, Refusal } from '../stand-in-server.ts'
import { inProcess } from './in-process.ts'
import { sendRange } from './send-range.ts'

t.setTimeout(120_000)

const log = (stream = 'stdout') =>
  `debug-server://sessions/${session().id}/commands/${command().id}/logs/${stream}`
const file = `debug-server://artifacts/${artifact().id}`

t.test('addresses name a stream of a command, or an artifact, and nothing else', async t => {
  for (const uri of [log(), `${log('stderr')}?offset=12`, file, `${file}?offset=1`])
    t.equal(uriOf(placeOf(uri)), uri)
  t.match(placeOf('debug-server://sessions/%40last/commands/cmd_01/logs/stdout'), { session: '@last' })
  for (const uri of [
    'file:///etc/passwd',
    'debug-server://artifacts/../sessions',
    'debug-server://artifacts/%2e%2e',
    'debug-server://artifacts/%',
    `${file}/more`,
    `${file}?offset=-1`,
    `${file}?offset=1&offset=2`,
    `${file}#top`,
    log('stdin'),
    'debug-server://sessions/ses_0/commands/cmd_0/logs/stdout\nx',
  ])
    t.throws(
      () => placeOf(uri),
      { code: -32_602, message: /is no resource of this server: expected debug-server:/ },
      uri,
    )
})

t.test('resources are listed a page at a time, each once', async t => {
  const ids = ['ses_000000000001', 'ses_000000000002', 'ses_000000000003']
  const { client } = await inProcess(t, {
    'sessions.list': () => page(...ids.map(id => session({ id: sessionId.schema.parse(id) }))),
    'commands.list': ({ session: of, ...asked }) =>
      pageOf(
        Array.from({ length: of === ids[1] ? 120 : 30 }, (_, i) =>
          command({ command: `step ${of} ${i}`, started_at: command().created_at }),
        ),
        asked,
      ),
    'artifacts.list': ({ session: of }) => {
      if (of === ids[2]) throw new Refusal('insufficient_scope', 'no artifacts for you')
      return page(artifact({ path: `${of}.xml` }))
    },
  })
  const pages = []
  for (let cursor: string | undefined; ; ) {
    const page = await client.listResources(cursor === undefined ? {} : { cursor })
    pages.push(page.resources)
    cursor = page.nextCursor
    if (cursor === undefined) break
  }
  t.same(
    pages.map(({ length }) => length),
    [100, 100, 100, 62],
  )
  const titles = pages.flat().map(({ title }) => title)
  t.equal(new Set(titles).size, 362, 'two streams of 180 commands, and two artifacts')
  t.match(pages[0]?.[60], {
    uri: file,
    name: `${ids[0]}.xml`,
    size: artifact().bytes,
    mimeType: artifact().media_type,
  })
  for (const cursor of ['ses_00000000000z.0', 'x'])
    await t.rejects(client.listResources({ cursor }), { code: -32_602 })
})

t.test('a log is read in parts that together are its bytes', async t => {
  const whole = '\u0007é漢👩\n'.repeat(9_000)
  const bytes = Buffer.from(whole)
  const { client } = await inProcess(t, {
    'sessions.get': () => session(),
    'sessions.logs': ({ offset, stream }, { response }) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      const rest = bytes.subarray(Number(offset))
      const messages =
        stream === 'stderr' ? [binary(0, Buffer.from([0xff, 0xfe]))] : [output(Number(offset), String(rest))]
      for (const message of [...messages, state('failed', 1), end()])
        response.write(`${JSON.stringify(message)}\n`)
      response.end()
      return undefined
    },
  })
  let read = ''
  let uri = log()
  for (;;) {
    const { contents } = await client.readResource({ uri })
    const [part, note] = contents
    t.match(part, { uri, mimeType: 'text/plain' })
    const text = part !== undefined && 'text' in part ? part.text : ''
    t.ok(Buffer.byteLength(text) <= mostResourceBytes)
    read += text
    if (note === undefined) break
    t.match(note, { text: new RegExp(`Read on at ${note.uri.replace('?', '\\?')};`) })
    uri = note.uri
  }
  t.equal(read, whole)
  t.match(await client.readResource({ uri: log('stderr') }), {
    contents: [{ blob: Buffer.from([0xff, 0xfe]).toString('base64'), mimeType: 'application/octet-stream' }],
  })
})

t.test('an artifact is read in parts, as it is; what goes wrong is told in words', async t => {
  const image = Buffer.from(Array.from({ length: 80_000 }, (_, i) => (i * 7_919) % 251))
  let sent = 0
  const handlers: Handlers = {
    'artifacts.get': ({ artifact: id }) => {
      if (id !== artifact().id) throw new Refusal('artifact_not_found', `no artifact ${id}`)
      return artifact({ bytes: image.length, media_type: 'image/png' })
    },
    'artifacts.download': (_, exchange) => {
      sent += sendRange(image, exchange)
      return undefined
    },
  }
  const { client, bugs } = await inProcess(t, handlers)
  const parts: Buffer[] = []
  for (let uri = file; ; ) {
    const { contents } = await client.readResource({ uri })
    const [part, note] = contents
    t.match(part, { mimeType: 'image/png' })
    parts.push(Buffer.from(part !== undefined && 'blob' in part ? part.blob : '', 'base64'))
    if (note === undefined) break
    t.match(note, { text: /^These were bytes \d+ to \d+ of 80000\. Read on at / })
    uri = note.uri
  }
  const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  t.equal(sha(Buffer.concat(parts)), sha(image))
  t.ok(sent < image.length + 100, 'of each part only its bytes were asked for')
  t.match(await client.readResource({ uri: `${file}?offset=80000` }), { contents: [{ text: '' }] })
  await t.rejects(client.readResource({ uri: 'debug-server://artifacts/art_zzz' }), {
    code: -32_002,
    message: /artifact_not_found: no artifact art_zzz\nfix: artifact_list lists/,
  })
  await t.rejects(client.readResource({ uri: log() }), { code: -32_603, message: /internal: / })
  t.same(bugs, [])
})
