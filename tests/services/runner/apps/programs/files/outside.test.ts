import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../../../../until.ts'
import { Program } from '../rig.ts'

const program = await Program.start('files')
t.teardown(() => program[Symbol.asyncDispose]())
const inside = (...names: string[]) => join(program.worktree, ...names)
const secret = join(program.outside, 'secret')
mkdirSync(secret)
writeFileSync(join(secret, 'file'), 'THE SECRET')
mkdirSync(inside('real'))
writeFileSync(inside('real', 'file'), 'of the worktree')

/** Every way to a path. */
const ways = (path: string) =>
  [
    ['GET', `/file?path=${path}`],
    ['GET', `/view/${path}`],
    ['GET', `/tree?path=${path}`],
    ['GET', `/tree?path=.&directory=${path}`],
    ['GET', `/download?path=${path}`],
    ['GET', `/download-zip?paths=${path}`],
    ['PUT', `/file?path=${path}`],
    ['PUT', `/file?mkdir=true&path=${path}`],
    ['PUT', `/mkdir?path=${path}/new`],
    ['POST', `/rename?old_path=${path}/file&new_path=stolen`],
    ['POST', `/rename?old_path=real/file&new_path=${path}/file2`],
    ['DELETE', `/file?path=${path}/file`],
  ] as const

t.test('no path leads upwards', async t => {
  const encoded = [
    '../secret',
    '%2e%2e/secret',
    '..%2fsecret',
    'real/../../secret',
    'real/%2E%2e/..%2Fsecret',
    '..',
  ]
  for (const path of encoded)
    for (const [method, way] of ways(path)) {
      const { status, text } = await program.ask(way, { method })
      t.equal(status, 403, `${method} ${way}`)
      t.notMatch(text, 'SECRET')
    }
  for (const path of [secret, '%252e%252e/secret', '..%5Csecret', '/etc/passwd'])
    t.equal((await program.ask(`/file?path=${path}`)).status, 404, path)
  for (const path of ['real%00', '%00', 'real/file%00.txt'])
    t.equal((await program.ask(`/file?path=${path}`)).status, 400, path)
  t.equal(readFileSync(join(secret, 'file'), 'utf8'), 'THE SECRET')
  t.same(readdirSync(secret), ['file'])
})

t.test('no link leads out; those within the worktree are followed', async t => {
  for (const [name, target] of [
    ['absolute', secret],
    ['relative', '../secret'],
    ['deeper', 'real/../../secret'],
    ['chain', 'absolute'],
    ['top', '/'],
    ['around', `..//${program.worktree.split('/').at(-1)}/../secret`],
  ] as const)
    symlinkSync(target, inside(name))
  for (const name of ['absolute', 'relative', 'deeper', 'chain', 'around'])
    for (const [method, way] of ways(name)) {
      // A link itself may be moved, removed, packed; here it is what lies behind it.
      const { status, text } = await program.ask(way, { method })
      t.ok(status === 403 || (status === 409 && method === 'PUT'), `${method} ${way}: ${status}`)
      t.notMatch(text, 'SECRET')
    }
  t.equal((await program.ask(`/file?path=top${secret}/file`)).status, 403)
  symlinkSync('real', inside('to-directory'))
  symlinkSync(inside('real', 'file'), inside('to-file'))
  symlinkSync('../real/./../real/file', inside('real', 'back'))
  for (const path of ['to-directory/file', 'to-file', 'real/back'])
    t.match(await program.ask(`/file?path=${path}`), { status: 200, text: 'of the worktree' }, path)
  symlinkSync('loop-b', inside('loop-a'))
  symlinkSync('loop-a', inside('loop-b'))
  t.equal((await program.ask('/file?path=loop-a')).status, 400)
  symlinkSync('nowhere', inside('dangling'))
  t.equal((await program.ask('/file?path=dangling')).status, 404)
  t.equal((await program.ask('/file?path=dangling', { method: 'PUT', body: 'x' })).status, 409)
  t.equal((await program.ask('/file?path=absolute', { method: 'DELETE' })).status, 200, 'the link alone')
  t.notOk(existsSync(inside('absolute')))
  t.match(await program.ask('/rename?old_path=relative&new_path=real/moved', { method: 'POST' }), {
    status: 200,
  })
  t.equal(readlinkSync(inside('real', 'moved')), '../secret', 'as it is')
  t.same(readdirSync(secret), ['file'])
})

t.test('who exchanges a directory for a link meanwhile leads nobody out', async t => {
  mkdirSync(inside('swap'))
  writeFileSync(inside('swap', 'file'), 'inside')
  const swapping = swapper()
  t.teardown(() => swapping.kill('SIGKILL'))
  await until('the exchange has begun', () => existsSync(inside('swapping')))
  const counts = new Map<number, number>()
  const ask = async (method: string, way: string, body?: string) => {
    const { status, text } = await program.ask(way, { method, ...(body === undefined ? {} : { body }) })
    counts.set(status, (counts.get(status) ?? 0) + 1)
    return text.includes('SECRET')
  }
  let leaked = false
  for (let round = 0; round < 100; round++) {
    const asked = await Promise.all([
      ask('GET', '/file?path=swap/file'),
      ask('GET', '/view/swap/file'),
      ask('GET', '/tree?path=swap'),
      ask('PUT', `/file?path=swap/new-${round}`, 'x'),
      ask('DELETE', '/file?path=swap/new-0'),
      ...(round % 20 === 0 ? [ask('GET', '/download?path=.')] : []),
    ])
    leaked ||= asked.includes(true)
  }
  t.notOk(leaked)
  t.ok((counts.get(200) ?? 0) + (counts.get(201) ?? 0) > 0, 'some found the directory')
  t.ok((counts.get(403) ?? 0) > 0, 'and some the link')
  t.same(readdirSync(secret), ['file'])
  t.equal(readFileSync(join(secret, 'file'), 'utf8'), 'THE SECRET')
})

/** Puts a link that leads out and a directory in each other's place, over and over. */
function swapper(): ChildProcess {
  const script = `
import os, sys
top, secret = sys.argv[1:]
os.chdir(top)
os.symlink(secret, "swap-link")
open("swapping", "w").close()
while True:
    os.rename("swap", "swap-directory"); os.rename("swap-link", "swap")
    os.rename("swap", "swap-link"); os.rename("swap-directory", "swap")
`
  return spawn('python3', ['-c', script, program.worktree, secret], { stdio: 'ignore' })
}

t.test('pipes, sockets and devices are no files, and hold nobody up', async t => {
  execFileSync('mkfifo', [inside('pipe')])
  const server = createServer().listen(inside('socket'))
  t.teardown(() => server.close())
  await until('the socket', () => existsSync(inside('socket')))
  for (const name of ['pipe', 'socket']) {
    for (const way of [
      `/file?path=${name}`,
      `/view/${name}`,
      `/download?path=${name}`,
      `/download-zip?paths=${name}`,
    ])
      t.equal((await program.ask(way)).status, 400, way)
    t.equal((await program.ask(`/file?path=${name}`, { method: 'PUT', body: 'x' })).status, 409)
  }
  const tree: { name: string; type: string }[] = JSON.parse((await program.ask('/tree?path=.')).text)
  t.same(
    tree.filter(({ type }) => type === 'other').map(({ name }) => name),
    ['pipe', 'socket'],
  )
  const packed = await program.ask('/download?path=.')
  t.match(packed.text, 'LEFT-OUT.txt')
})

t.test('names that are no UTF-8', async t => {
  const name = Buffer.from([0x61, 0xff, 0xfe, 0x2e, 0x74, 0x78, 0x74])
  writeFileSync(Buffer.concat([Buffer.from(`${program.worktree}/real/`), name]), 'odd')
  const tree: { name: string; encoded?: string }[] = JSON.parse((await program.ask('/tree?path=real')).text)
  const odd = tree.find(({ encoded }) => encoded !== undefined)
  t.match(odd, { name: 'a\ufffd\ufffd.txt', encoded: 'real/a%FF%FE.txt' })
  t.match(await program.ask(`/file?path=${odd?.encoded}`), { status: 200, text: 'odd' })
  t.match(await program.ask(`/view/${odd?.encoded}`), { status: 200, text: 'odd' })
  t.match((await program.ask('/view/real/')).text, 'href="./a%FF%FE.txt"')
  t.match(await program.ask(`/rename?old_path=${odd?.encoded}&new_path=real/%FF`, { method: 'POST' }), {
    status: 200,
  })
  t.match(await program.ask('/file?path=real/%FF', { method: 'DELETE' }), { status: 200 })
})
