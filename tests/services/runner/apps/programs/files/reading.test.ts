import { appendFileSync, mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { Program } from '../rig.ts'

const program = await Program.start('files')
t.teardown(() => program[Symbol.asyncDispose]())
const inside = (...names: string[]) => join(program.worktree, ...names)

t.test('a file, whole and in part', async t => {
  writeFileSync(inside('plain.txt'), '0123456789')
  const whole = await program.ask('/file?path=plain.txt')
  const { etag = '', 'last-modified': modified = '' } = whole.headers
  t.match(whole, { status: 200, text: '0123456789' })
  t.match(whole.headers, {
    'content-length': '10',
    'content-type': 'text/plain; charset=utf-8',
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    'content-security-policy': /^sandbox;/,
  })
  t.match(await program.ask('/view/plain.txt'), { status: 200, text: '0123456789' })
  const head = await program.ask('/file?path=/./plain.txt', { method: 'HEAD' })
  t.match(head, { status: 200, text: '', headers: { 'content-length': '10', etag } })
  const ask = (headers: Record<string, string>) => program.ask('/file?path=plain.txt', { headers })
  t.match(await ask({ range: 'bytes=2-4' }), {
    status: 206,
    text: '234',
    headers: { 'content-range': 'bytes 2-4/10', 'content-length': '3' },
  })
  t.match(await ask({ range: 'bytes=-3' }), { status: 206, text: '789' })
  t.match(await ask({ range: 'bytes=10-' }), { status: 416, headers: { 'content-range': 'bytes */10' } })
  t.match(await ask({ range: 'bytes=0-1,3-4' }), { status: 200, text: '0123456789' })
  t.match(await ask({ range: 'bytes=0-1', 'if-range': etag }), { status: 206, text: '01' })
  t.match(await ask({ range: 'bytes=0-1', 'if-range': '"other"' }), { status: 200 })
  t.match(await ask({ 'if-none-match': `"x", W/${etag}` }), { status: 304, text: '' })
  t.match(await ask({ 'if-modified-since': modified }), { status: 304 })
  t.match(await ask({ 'if-modified-since': modified, 'if-none-match': '"x"' }), { status: 200 })
  writeFileSync(inside('plain.txt'), '9876543210')
  utimesSync(inside('plain.txt'), new Date(modified), new Date(modified))
  t.match(await ask({ 'if-none-match': etag }), { status: 200, text: '9876543210' })
  writeFileSync(inside('empty'), '')
  t.match(await ask({}), { status: 200 })
  t.match(await program.ask('/file?path=empty'), {
    status: 200,
    text: '',
    headers: { 'content-length': '0' },
  })
})

t.test('what a file is told to be', async t => {
  const types = async (name: string, content: string | Buffer) => {
    writeFileSync(inside(name), content)
    return (await program.ask(`/view/${name}`)).headers['content-type']
  }
  t.equal(await types('one.ts', 'const a: number = 1'), 'text/plain; charset=utf-8')
  t.equal(await types('film.ts', Buffer.from([0x47, 0, 1, 2])), 'video/mp2t')
  t.equal(await types('page.html', '<h1>'), 'text/html; charset=utf-8')
  t.equal(await types('data.json', '{}'), 'application/json')
  t.equal(await types('picture.svg', '<svg/>'), 'image/svg+xml')
  t.equal(await types('picture.png', Buffer.from('\x89PNG\r\n\x1a\n\0', 'latin1')), 'image/png')
  t.equal(await types('Makefile', 'all:\n\techo é\n'), 'text/plain; charset=utf-8')
  t.equal(await types('program', Buffer.from('\x7fELF\0', 'latin1')), 'application/octet-stream')
  t.equal(await types('cut', `${'x'.repeat(511)}é`), 'text/plain; charset=utf-8', 'a character on the edge')
})

t.test('directories, as a page and as data', async t => {
  mkdirSync(inside('docs', 'deep', 'er'), { recursive: true })
  writeFileSync(inside('docs', '<b>&"\u202e.txt'), 'x')
  writeFileSync(inside('docs', '.hidden'), 'x')
  writeFileSync(inside('docs', 'deep', 'one.txt'), 'one')
  symlinkSync('deep/one.txt', inside('docs', 'link'))
  symlinkSync('/etc/passwd', inside('docs', 'out'))
  t.match(await program.ask('/'), { status: 302, headers: { location: 'view/' } })
  t.match(await program.ask('/view/docs'), { status: 301, headers: { location: './docs/' } })
  const page = await program.ask('/view/docs/')
  t.match(page.headers, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': /default-src 'none'/,
  })
  t.match(page.text, 'href="./%3Cb%3E%26%22%E2%80%AE.txt">&#60;b&#62;&#38;&#34;\\u202e.txt<')
  t.match(page.text, 'href="./deep/"')
  t.match(page.text, 'href="../../file?path=docs"'.replace('href', 'action'))
  t.notMatch(page.text, 'href="./out"')
  t.match(page.text, 'out → /etc/passwd')
  t.match(await program.ask('/view/docs/deep/one.txt/'), { status: 400 })
  const tree = JSON.parse((await program.ask('/tree?path=docs')).text)
  t.match(tree, [
    { name: 'deep', path: 'docs/deep', type: 'directory' },
    { name: '<b>&"\u202e.txt', type: 'file', size: 1, modified: Number },
    { name: 'link', type: 'file', size: 3, link: 'deep/one.txt' },
    { name: 'out', type: 'link', link: '/etc/passwd' },
  ])
  t.equal(tree.length, 4)
  const deep = JSON.parse((await program.ask('/tree?path=.&directory=docs&depth=3&show_hidden=true')).text)
  t.match(deep, [
    {
      name: 'deep',
      children: [
        { name: 'er', children: [] },
        { name: 'one.txt', path: 'docs/deep/one.txt' },
      ],
    },
    { name: '.hidden' },
  ])
  for (const [query, status] of [
    ['path=none', 404],
    ['path=docs/deep/one.txt', 400],
    ['path=docs&limit=0', 400],
    ['path=docs&depth=21', 400],
    ['path=docs&limit=10001', 400],
  ] as const)
    t.equal((await program.ask(`/tree?${query}`)).status, status, query)
  t.match(JSON.parse((await program.ask('/health')).text), { status: 'ok', root: program.worktree })
})

t.test('a file that changes while it is read', async t => {
  writeFileSync(inside('grows'), Buffer.alloc(8_000_000, 'x'))
  const grown = await midway('grows', () => appendFileSync(inside('grows'), 'more'))
  t.match(grown, { bytes: 8_000_000, broken: false })
  writeFileSync(inside('shrinks'), Buffer.alloc(8_000_000, 'x'))
  const shrunk = await midway('shrinks', () => truncateSync(inside('shrinks'), 100))
  t.equal(shrunk.broken, true, 'the connection breaks, nobody takes the part for the whole')
  t.ok(shrunk.bytes < 8_000_000)
})

/** Reads a file and does something once its first bytes are there. */
const midway = (name: string, change: () => void) =>
  new Promise<{ bytes: number; broken: boolean }>(done => {
    const asking = request({ socketPath: program.socket, path: `/file?path=${name}` }, response => {
      let bytes = 0
      response.once('readable', () => {
        change()
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
        })
      })
      response.on('error', () => undefined)
      response.on('close', () => done({ bytes, broken: !response.complete }))
    })
    asking.end()
  })

t.test('what is no request of it', async t => {
  for (const [method, path, status] of [
    ['GET', '/nothing', 404],
    ['POST', '/tree', 405],
    ['DELETE', '/view/plain.txt', 405],
    ['GET', '/file', 400],
    ['GET', '/file?path=%zz', 400],
    ['GET', '/file?path=docs', 400],
    ['GET', '/file?path=none', 404],
    ['GET', '/file?path=plain.txt/x', 400],
    ['GET', `/file?path=${'a'.repeat(300)}`, 400],
    ['GET', `/file?path=${'a/'.repeat(3_000)}`, 400],
  ] as const) {
    const { text, status: came } = await program.ask(path, { method })
    t.equal(came, status, `${method} ${path.slice(0, 40)}`)
    t.match(JSON.parse(text), { error: String, code: String })
  }
  const { headers } = await program.ask('/tree', { method: 'POST' })
  t.equal(headers.allow, 'GET, HEAD')
})
