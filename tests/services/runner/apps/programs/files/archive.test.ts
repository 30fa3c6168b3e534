import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Tree } from '../../../../../../lib/tree/tree.ts'
import { type Part, sendArchive } from '../../../../../../services/runner/apps/programs/files/archive.ts'
import { until } from '../../../../../until.ts'
import { Program } from '../rig.ts'

const program = await Program.start('files')
t.teardown(() => program[Symbol.asyncDispose]())
const inside = (...names: string[]) => join(program.worktree, ...names)

/** What Python finds in a zip: names, modes, contents. */
function unpacked(zip: Buffer): Record<string, { mode: number; content: string }> {
  const script = `
import io, json, sys, zipfile
archive = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert archive.testzip() is None
print(json.dumps({one.filename: {"mode": one.external_attr >> 16, "content": archive.read(one).decode("latin1")[:100]} for one in archive.infolist()}))
`
  return JSON.parse(execFileSync('python3', ['-c', script], { input: zip, encoding: 'utf8', maxBuffer: 1e8 }))
}

t.test('a directory as an archive', async t => {
  mkdirSync(inside('dir', 'empty'), { recursive: true })
  writeFileSync(inside('dir', 'run.sh'), '#!/bin/sh\n')
  chmodSync(inside('dir', 'run.sh'), 0o755)
  writeFileSync(inside('dir', 'é"\\.txt'), 'odd')
  writeFileSync(inside('dir', 'c:x'), 'a drive to some')
  writeFileSync(Buffer.concat([Buffer.from(`${inside('dir')}/`), Buffer.from([0xff])]), 'no UTF-8')
  symlinkSync('/etc/passwd', inside('dir', 'link'))
  execFileSync('mkfifo', [inside('dir', 'pipe')])
  const { status, headers, body } = await program.ask('/download?path=dir')
  t.equal(status, 200)
  t.match(headers, { 'content-type': 'application/zip', 'content-disposition': /filename="dir.zip"/ })
  const found = unpacked(body)
  t.same(Object.keys(found).sort(), [
    ...['%FF', 'LEFT-OUT.txt', 'c%3Ax', 'empty/', 'link', 'run.sh', 'é"%5C.txt'].sort(),
  ])
  t.match(found, {
    'run.sh': { mode: 0o100755, content: '#!/bin/sh\n' },
    link: { mode: 0o120777, content: '/etc/passwd' },
    'LEFT-OUT.txt': { content: 'pipe: it is no file\n' },
  })
  const two = await program.ask('/download-zip?paths=dir/run.sh,dir/empty&name=two')
  t.match(two.headers['content-disposition'], 'filename="two.zip"')
  t.same(Object.keys(unpacked(two.body)), ['dir/run.sh'])
  t.match(
    (await program.ask('/download?path=dir/run.sh')).headers['content-disposition'],
    'filename="run.sh"',
  )
  t.match(await program.ask('/download?path=dir', { method: 'HEAD' }), { status: 200, text: '' })
  t.equal((await program.ask('/download-zip?paths=')).status, 400)
  t.equal((await program.ask('/download-zip?paths=none')).status, 404)
})

t.test('the note takes the name of nothing that is packed', async t => {
  mkdirSync(inside('noted', 'LEFT-OUT-2.txt'), { recursive: true })
  writeFileSync(inside('noted', 'Left-Out.txt'), 'of the session')
  execFileSync('mkfifo', [inside('noted', 'pipe')])
  t.match(unpacked((await program.ask('/download?path=noted')).body), {
    'Left-Out.txt': { content: 'of the session' },
    'LEFT-OUT-3.txt': { content: 'pipe: it is no file\n' },
  })
})

t.test('no more than four at a time; who goes away makes room', async t => {
  writeFileSync(inside('large'), Buffer.alloc(20_000_000, Math.random().toString()))
  const asking = Array.from({ length: 4 }, () =>
    request({ socketPath: program.socket, path: '/download?path=.' }),
  )
  const answered = asking.map(one => new Promise<void>(done => one.once('response', () => done())))
  for (const one of asking) {
    one.on('error', () => undefined)
    one.end()
  }
  await Promise.all(answered)
  t.match(await program.ask('/download?path=.'), { status: 503, headers: { 'retry-after': '5' } })
  for (const one of asking) one.destroy()
  await until('room', async () => (await program.ask('/download?path=dir')).status === 200)
})

/** Of a tree of which Linux refuses to read one file: the memory of this process. */
async function archived(t: Test, tree: Tree, ...parts: Part[]): Promise<Buffer> {
  const server = createServer((_, response) => void sendArchive(tree, parts, response).catch(() => undefined))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const answer = await fetch(`http://127.0.0.1:${address.port}`)
  return Buffer.from(await answer.arrayBuffer())
}

t.test('a file that cannot be read is left out, and holds up none that follow', async t => {
  await using tree = await Tree.open(realpathSync('/proc/self'))
  const part = (name: string): Part => ({ names: [Buffer.from(name)], as: name })
  const found = unpacked(await archived(t, tree, part('mem'), part('comm')))
  t.same(Object.keys(found), ['comm', 'LEFT-OUT.txt'])
  t.match(found, { 'LEFT-OUT.txt': { content: 'mem: it cannot be read\n' } })
})

t.test('one that cannot be read to its end is cut short, which the note tells', async t => {
  await using tree = await Tree.open(program.worktree)
  writeFileSync(inside('first'), Buffer.alloc(300_000, 'x'))
  writeFileSync(inside('second'), 'whole')
  const { read } = await fileHandlePrototype(inside('first'))
  let reads = 0
  t.intercept(read.of, 'read', {
    value(...given: unknown[]) {
      if (++reads === 3) throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
      return Reflect.apply(read.value, this, given)
    },
  })
  const found = unpacked(
    await archived(t, tree, ...['first', 'second'].map(name => ({ names: [Buffer.from(name)], as: name }))),
  )
  t.match(found, {
    first: { content: 'x'.repeat(100) },
    second: { content: 'whole' },
    'LEFT-OUT.txt': { content: 'first: it is cut short here, for it cannot be read to its end\n' },
  })
})

/** What reads of all open files go through. */
async function fileHandlePrototype(path: string) {
  await using file = await open(path)
  const of: FileHandle = Object.getPrototypeOf(file)
  return { read: { of, value: of.read } }
}
