import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { until } from '../../../../../until.ts'
import { mainOf, Program } from '../rig.ts'

const most = 1_000_000
const program = await Program.start('files', '--most-upload-bytes', `${most}`)
t.teardown(() => program[Symbol.asyncDispose]())
const inside = (...names: string[]) => join(program.worktree, ...names)
const put = (path: string, body: Buffer | string | Readable, headers: Record<string, string> = {}) =>
  program.ask(`/file?path=${path}`, { method: 'PUT', body, headers })
const left = () => readdirSync(program.worktree).filter(name => name.startsWith('.debug-server-upload-'))

t.test('a file is uploaded whole', async t => {
  const made = await put('one.txt', 'first')
  t.match(made, { status: 201, text: '{"success":true,"message":"created","path":"one.txt"}' })
  chmodSync(inside('one.txt'), 0o750)
  const replaced = await put('one.txt', Readable.from(['sec', 'ond']))
  t.match(replaced, { status: 200 })
  t.equal(readFileSync(inside('one.txt'), 'utf8'), 'second')
  t.equal(statSync(inside('one.txt')).mode & 0o777, 0o750, 'as it was')
  t.equal((await program.ask('/file?path=one.txt')).headers.etag, replaced.headers.etag)
  t.equal((await put('no/such/file', 'x')).status, 404)
  t.equal((await put('no/such/file&mkdir=true', 'x')).status, 201)
  t.equal((await put('no', 'x')).status, 400)
  t.equal((await put('.', 'x')).status, 400)
  t.equal((await put('one.txt/x', 'x')).status, 400)
  t.same(left(), [])
})

t.test('what is expected to be there is', async t => {
  const { etag = '' } = (await put('expected', 'one')).headers
  t.equal((await put('expected', 'two', { 'if-none-match': '*' })).status, 412)
  t.equal((await put('expected', 'two', { 'if-match': '"other"' })).status, 412)
  t.equal((await put('absent', 'two', { 'if-match': '*' })).status, 412)
  t.equal(readFileSync(inside('expected'), 'utf8'), 'one')
  t.notOk(existsSync(inside('absent')))
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => put('expected', `writer ${index}`, { 'if-match': etag })),
  )
  t.same(answers.map(({ status }) => status).sort(), [200, ...Array(7).fill(412)], 'one of many')
  const first = await Promise.all(
    Array.from({ length: 8 }, (_, index) => put('fresh', `${index}`, { 'if-none-match': '*' })),
  )
  t.same(first.map(({ status }) => status).sort(), [201, ...Array(7).fill(412)])
  const created = first.find(({ status }) => status === 201)
  t.equal((await program.ask('/file?path=fresh')).headers.etag, created?.headers.etag)
  t.same(left(), [])
})

t.test('too much, and not all of it', async t => {
  const large = Buffer.alloc(most + 1, 'x')
  t.match(await put('large', large), { status: 413, text: /1000000 bytes/ })
  // Every time: the answer is not to be lost with a connection that is closed behind it.
  for (let time = 0; time < 30; time++)
    t.match(await put('large', Readable.from([large])), { status: 413 }, 'of a length that was not told')
  t.match(await put('large', large, { expect: '100-continue' }), { status: 413 })
  t.equal((await put('just', Buffer.alloc(most, 'x'))).status, 201)
  await aborted('half')
  await until('nothing is left', () => left().length === 0)
  t.same(
    ['large', 'half'].filter(name => existsSync(inside(name))),
    [],
  )
})

/** Begins an upload, and breaks it off when it has begun. */
async function aborted(path: string): Promise<void> {
  const asking = request({
    ...{ socketPath: program.socket, path: `/file?path=${path}`, method: 'PUT' },
    headers: { 'content-length': '1000' },
  })
  asking.on('error', () => undefined)
  asking.write('x'.repeat(500))
  await until('the upload has begun', () => left().length > 0)
  asking.destroy()
}

t.test('what one that was killed has left is removed by its successor', async t => {
  const asking = request({
    ...{ socketPath: program.socket, path: '/file?path=killed', method: 'PUT' },
    headers: { 'content-length': '1000' },
  })
  asking.on('error', () => undefined)
  asking.write('x')
  await until('the upload has begun', () => left().length > 0)
  await program.end('SIGKILL')
  t.equal(left().length, 1)
  await program.again()
  t.equal(left().length, 1, 'it may be of another that is at it still')
  t.notMatch((await program.ask('/tree?path=.&show_hidden=true')).text, 'upload-', 'it is not told')
  utimesSync(inside(left()[0] ?? ''), 1, 1)
  await program.end()
  await program.again()
  t.same(left(), [])
  t.notOk(existsSync(inside('killed')))
})

t.test('where there is no room it is said, and nothing is left', async t => {
  const place = mkdtempSync(join(program.outside, 'small-'))
  const socket = join(program.outside, 'small.sock')
  const script = `ulimit -f 100; exec "${process.execPath}" "${mainOf('files')}" --socket "${socket}"`
  const small = spawn('bash', ['-c', script], { cwd: place, stdio: 'ignore' })
  t.teardown(() => small.kill('SIGKILL'))
  const asking = () =>
    new Promise<number | undefined>(done => {
      request({ socketPath: socket, path: '/file?path=one', method: 'PUT', agent: false }, response => {
        response.resume().on('end', () => done(response.statusCode))
      })
        .on('error', () => done(undefined))
        .end(Buffer.alloc(300_000))
    })
  t.equal(await until('an answer', asking), 507)
  t.same(readdirSync(place), [])
})

const form = (...parts: readonly [name: string, content: string][]) => {
  const boundary = 'xxBOUNDARYxx'
  const body = parts
    .map(
      ([name, content]) =>
        `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n\r\n${content}\r\n`,
    )
    .join('')
  return {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: `${body}--${boundary}--\r\n`,
  }
}

t.test('files of a form', async t => {
  mkdirSync(inside('forms'))
  const two = await program.ask('/file?path=forms', form(['a.txt', 'A'], ['b é.txt', 'B']))
  t.match(two, { status: 201, text: /2 uploaded/ })
  t.equal(readFileSync(inside('forms', 'a.txt'), 'utf8'), 'A')
  t.equal(readFileSync(inside('forms', 'b é.txt'), 'utf8'), 'B')
  t.equal((await program.ask('/file?path=forms/c.txt', form(['other', 'C']))).status, 201)
  t.equal(readFileSync(inside('forms', 'c.txt'), 'utf8'), 'C')
  t.equal((await program.ask('/file?path=forms/new/&mkdir=true', form(['d', 'D']))).status, 201)
  t.equal(readFileSync(inside('forms', 'new', 'd'), 'utf8'), 'D')
  t.equal((await program.ask('/file?path=forms', form(['../../up', 'x']))).status, 201)
  t.ok(existsSync(inside('forms', 'up')), 'without the directories of the client')
  t.equal((await program.ask('/file?path=forms', form(['..', 'x']))).status, 400)
  const page = { ...form(['e', 'E']), headers: { ...form().headers, accept: 'text/html,*/*' } }
  t.match(await program.ask('/file?path=forms', page), { status: 303, headers: { location: 'view/forms/' } })
  const { body, ...rest } = form(['cut', 'x'.repeat(100_000)])
  t.equal((await program.ask('/file?path=forms', { ...rest, body: body.slice(0, 50_000) })).status, 400)
  t.equal((await program.ask('/file?path=forms', { ...rest, body: '' })).status, 400)
  t.equal((await program.ask('/file?path=forms', { method: 'POST', body: 'x' })).status, 400)
  t.equal((await program.ask('/file?path=forms', form(['large', 'x'.repeat(most + 1)]))).status, 413)
  const many = form(...Array.from({ length: 120 }, (_, index): [string, string] => [`m${index}`, 'x']))
  t.equal((await program.ask('/file?path=forms', many)).status, 400)
  t.same(
    ['cut', 'large'].filter(name => existsSync(inside('forms', name))),
    [],
  )
  t.same(left(), [])
})

t.test('directories are made, things are moved and removed', async t => {
  const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
    program.ask(path, { method, headers })
  t.equal((await ask('PUT', '/mkdir?path=a/b/c')).status, 201)
  t.equal((await ask('PUT', '/mkdir?path=a/b/c')).status, 200)
  t.equal((await ask('PUT', '/mkdir?path=one.txt')).status, 400)
  writeFileSync(inside('a', 'file'), 'x')
  symlinkSync('b', inside('a', 'link'))
  const move = (from: string, to: string) => ask('POST', `/rename?old_path=${from}&new_path=${to}`)
  t.equal((await move('a/file', 'a/b/moved')).status, 200)
  t.equal(readFileSync(inside('a', 'b', 'moved'), 'utf8'), 'x')
  t.equal((await move('a/link', 'link')).status, 200)
  t.equal((await move('a/b', 'b')).status, 200)
  t.ok(existsSync(inside('b', 'moved')))
  for (const [from, to, status] of [
    ['b/moved', 'one.txt', 409],
    ['b', 'one.txt', 409],
    ['b', 'a', 409],
    ['a', 'a/inside', 400],
    ['none', 'x', 404],
    ['b', 'none/x', 404],
    ['.', 'x', 403],
    ['b', '', 403],
  ] as const)
    t.equal((await move(from, to)).status, status, `${from} to ${to}`)
  t.notOk(existsSync(inside('a', 'inside')), 'nothing is made for it')
  mkdirSync(inside('tree', 'x', 'y'), { recursive: true })
  mkdirSync(inside('kept'))
  writeFileSync(inside('kept', 'file'), 'x')
  symlinkSync('../../kept', inside('tree', 'x', 'link'))
  writeFileSync(inside('tree', 'x', 'y', 'file'), 'x')
  t.equal((await ask('DELETE', '/file?path=tree')).status, 200)
  t.notOk(existsSync(inside('tree')))
  t.ok(existsSync(inside('kept', 'file')), 'links are not gone along')
  t.equal((await ask('DELETE', '/file?path=tree')).status, 404)
  t.equal((await ask('DELETE', '/file?path=.')).status, 403)
  for (const site of ['cross-site', 'same-site'])
    t.equal((await ask('DELETE', '/file?path=kept', { 'sec-fetch-site': site })).status, 403, site)
  t.equal((await ask('DELETE', '/file?path=kept', { 'sec-fetch-site': 'same-origin' })).status, 200)
  const deep = Array(300).fill('d')
  mkdirSync(inside(...deep), { recursive: true })
  t.equal((await ask('DELETE', '/file?path=d')).status, 400)
  rmSync(inside('d'), { recursive: true })
})
