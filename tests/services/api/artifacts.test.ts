import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import t from 'tap'
import { artifactId, commandId } from '../../../services/contract/ids.ts'
import { keepArtifact } from './keep-artifact.ts'
import { problemOf, startRig } from './rig.ts'
import { until } from './until.ts'

async function withArtifact(t: Parameters<typeof startRig>[0], content: string, path = 'reports/one.txt') {
  const rig = await startRig(t)
  await rig.repository()
  const { id: session } = await rig.session()
  const artifact = await keepArtifact(rig, session, content, { path })
  const download = (headers: Record<string, string> = {}, method = 'GET') =>
    rig.send(`/artifacts/${artifact}/content`, { headers, method })
  return { rig, session, artifact, download }
}

t.test('the whole of it comes with what says what it is', async t => {
  const { rig, artifact, download } = await withArtifact(t, '0123456789')
  const { sha256 } = await rig.call('artifacts.get', { artifact })
  const answer = await download()
  t.equal(answer.text, '0123456789')
  t.match(answer, {
    status: 200,
    headers: {
      etag: `"${sha256}"`,
      'content-length': '10',
      'content-type': 'text/plain',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-disposition': `attachment; filename="one.txt"; filename*=UTF-8''one.txt`,
    },
  })
  t.match(await download({}, 'HEAD'), { status: 200, text: '', headers: { 'content-length': '10' } })
})

t.test('ranges of it', async t => {
  const { download } = await withArtifact(t, '0123456789')
  const { etag } = (await download()).headers
  const table: [headers: Record<string, string>, status: number, text: string, range: string | undefined][] =
    [
      [{ range: 'bytes=2-4' }, 206, '234', 'bytes 2-4/10'],
      [{ range: 'bytes=7-' }, 206, '789', 'bytes 7-9/10'],
      [{ range: 'bytes=-2' }, 206, '89', 'bytes 8-9/10'],
      [{ range: 'bytes=0-99' }, 206, '0123456789', 'bytes 0-9/10'],
      [{ range: 'bytes=2-4', 'if-range': `${etag}` }, 206, '234', 'bytes 2-4/10'],
      [{ range: 'bytes=2-4', 'if-range': '"another"' }, 200, '0123456789', undefined],
      [{ range: 'bytes=4-2' }, 200, '0123456789', undefined],
      [{ range: 'lines=1-2' }, 200, '0123456789', undefined],
      [{ 'if-none-match': `"x", W/${etag}` }, 304, '', undefined],
    ]
  for (const [headers, status, text, range] of table) {
    const answer = await download(headers)
    t.same([answer.status, answer.text, answer.headers['content-range']], [status, text, range])
  }
  const beyond = await download({ range: 'bytes=10-' })
  t.match(problemOf(t, beyond), { code: 'range_not_satisfiable' })
  t.equal(beyond.headers['content-range'], 'bytes */10')
})

t.test('an empty one', async t => {
  const { download } = await withArtifact(t, '')
  t.match(await download(), { status: 200, text: '', headers: { 'content-length': '0' } })
  t.equal((await download({ range: 'bytes=0-' })).status, 416)
})

t.test('a reader that takes nothing is cut', async t => {
  const rig = await startRig(t, { limits: { slowReader: 300 } })
  await rig.repository()
  const { id: session } = await rig.session()
  const artifact = await keepArtifact(rig, session, Buffer.alloc(64 * 1024 * 1024))
  const { hostname, port } = new URL(rig.api.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  const head = `GET /artifacts/${artifact}/content HTTP/1.1\r\nhost: x\r\n`
  socket.write(`${head}authorization: Bearer ${rig.alice.secret}\r\n\r\n`)
  await once(socket, 'readable')
  // Whoever reads nothing learns of the cut where it writes: what may stand before a request.
  await until(() => {
    if (!socket.destroyed) socket.write('\r\n')
    return socket.destroyed
  }, 'it is cut')
  t.ok(socket.bytesRead < 64 * 1024 * 1024)
})

t.test('a name of a repository leads nowhere and ends nothing', async t => {
  const { download } = await withArtifact(t, 'x', 'a/"; filename=evil\r\nset-cookie: ü.html')
  const { headers } = await download()
  t.equal(headers['set-cookie'], undefined)
  t.match(headers['content-disposition'], /^attachment; filename="[\w.() -]+"; filename\*=UTF-8''[\w.%-]+$/)
})

t.test('one whose file has been removed is not there', async t => {
  const { rig, session, artifact, download } = await withArtifact(t, 'x')
  const { command } = await rig.call('artifacts.get', { artifact })
  await rm(rig.files.artifacts(session, commandId.schema.parse(command)), { recursive: true })
  t.match(problemOf(t, await download()), { code: 'artifact_not_found' })
})

t.test('lists are by command and kind, and end', async t => {
  const { rig, session, artifact } = await withArtifact(t, 'x')
  const second = await keepArtifact(rig, session, '<testsuite/>', {
    path: 'b.xml',
    kind: 'junit',
    summary_json: '{"tests":3,"failures":1,"errors":0,"skipped":0,"time":1.5}',
  })
  const ids = async (input: object) =>
    (await rig.call('artifacts.list', { session, ...input })).items.map(({ id }) => String(id))
  t.same(await ids({}), [artifact, second])
  t.same(await ids({ kind: 'junit' }), [second])
  t.same(await ids({ limit: 1 }), [artifact])
  const { command, summary } = await rig.call('artifacts.get', { artifact: second })
  t.same(await ids({ command }), [second])
  t.match(summary, { tests: 3, failures: 1 })
  t.match(await rig.call('commands.get', { command }), { artifacts: { collected: 1 } })
  t.match(await rig.refused('artifacts.get', { artifact: artifactId.create() }), {
    code: 'artifact_not_found',
  })
})
