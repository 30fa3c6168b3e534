import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../../../../until.ts'
import { isThere, Program } from '../rig.ts'
import { TerminalViewer } from './viewer.ts'

const bash = ['--', 'bash', '--norc', '--noprofile']
const program = await Program.start('terminal', ...bash)
t.teardown(() => program[Symbol.asyncDispose]())
const open = (about: Parameters<typeof TerminalViewer.open>[1] = {}) =>
  TerminalViewer.open(program.socket, about)

t.test('a shell in the worktree, in ttyd’s words', async t => {
  const viewer = await open({ name: 'first', columns: 91, rows: 33 })
  t.same(viewer.titles, ['bash (first)'])
  t.same(viewer.preferences, ['{}'])
  viewer.type('pwd; stty size; tty\r')
  await viewer.sees(`${program.worktree}\r\n`)
  await viewer.sees('33 91\r\n')
  await viewer.sees('/dev/pts/')
  viewer.type('printf "é%s\\n" ü\r')
  await viewer.sees(Buffer.from('éü\r\n').toString('latin1'))
  viewer.resize(120, 40)
  viewer.type('stty size\r')
  await viewer.sees('40 120\r\n')
  viewer.type('exit 3\r')
  t.same(await viewer.ends(), { code: 1000, reason: 'exited with 3' })
  const other = await open({ name: 'first' })
  other.type('kill -9 $$\r')
  t.same(await other.ends(), { code: 1000, reason: 'ended by SIGKILL' })
})

t.test('who comes back finds the same shell, and what it has shown', async t => {
  const viewer = await open()
  viewer.type('echo pid $$; echo bell $(printf "\\a"); printf "\\e[6n"; echo asked\r')
  await viewer.sees('\x1b[6nasked\r\n')
  const [, pid] = /pid (\d+)\r/.exec(viewer.output) ?? []
  await viewer.leaves()
  const again = await open()
  again.type('echo still $$\r')
  await again.sees(`still ${pid}\r\n`)
  t.match(again.output, `pid ${pid}\r\n`)
  t.match(again.output, 'asked')
  t.notMatch(again.output, '\x1b[6n', 'it is not asked once more where its cursor is')
  await again.leaves()
})

t.test('several look at one: the size is that of who acted last, and one terminal answers', async t => {
  const one = await open({ name: 'two', columns: 100 })
  one.type('while sleep 0.05; do stty size; done\r')
  await one.sees('24 100\r\n')
  const two = await open({ name: 'two', columns: 70 })
  await one.sees('24 70\r\n')
  two.type('\x03')
  one.type('echo both\r')
  await two.sees('both\r\n')
  two.type('stty size\r')
  await one.sees('24 70\r\n')
  one.send('0\x1b[5;5R') // what a terminal says when it is asked where its cursor is
  one.type('stty size\r')
  await two.sees('24 100\r\n')
  t.notMatch(two.output, '5;5R')
  await one.leaves()
  two.type('\r')
  await until('the size of who is left', async () => {
    two.type('stty size\r')
    return two.output.split('24 70\r\n').length > 2
  })
  await two.leaves()
})

t.test('what is no message of the protocol is passed over, or refused', async t => {
  const viewer = await open({ name: 'odd' })
  for (const odd of ['', '9', '1{', '1{"columns":0,"rows":-1}', '1[]', '{"columns":1,"rows":1}', '1null'])
    viewer.send(odd)
  viewer.send('1{"columns":99999,"rows":1e3}')
  viewer.type('stty size\r')
  await viewer.sees('1000 1000\r\n')
  await viewer.leaves()
  for (const [path, headers, status] of [
    ['/ws?id=a/b', { 'sec-websocket-protocol': 'tty' }, 400],
    [`/ws?id=${'x'.repeat(65)}`, { 'sec-websocket-protocol': 'tty' }, 400],
    ['/ws', {}, 400],
    ['/ws', { 'sec-websocket-protocol': 'other' }, 400],
    ['/other', { 'sec-websocket-protocol': 'tty' }, 404],
    ['/ws', { 'sec-websocket-protocol': 'tty', 'sec-fetch-site': 'cross-site' }, 403],
  ] as const) {
    const answer = await program.ask(path, {
      headers: {
        connection: 'upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-version': '13',
        ...headers,
      },
    })
    t.equal(answer.status, status, path)
  }
  const huge = await open({ name: 'odd' })
  huge.send(Buffer.alloc(5_000_000, '0'))
  t.match(await huge.ends(), { code: 1009 })
})

t.test('the page and what it loads', async t => {
  const page = await program.ask('/')
  t.match(page.headers['content-type'], 'text/html')
  t.match(page.headers['content-security-policy'], "default-src 'none'")
  const loaded = [...page.text.matchAll(/(?:src|href)="([^":]+)"/g)].map(([, path = '']) => path)
  t.ok(loaded.length >= 3)
  const imported = [...(await program.ask('/page.js')).text.matchAll(/from '\.(\/[^']+)'/g)].map(
    ([, path = '']) => path,
  )
  for (const path of [...loaded.map(one => `/${one}`), ...imported]) {
    const { status, headers } = await program.ask(path)
    t.match({ status, type: headers['content-type'] }, { status: 200, type: /text\/(css|javascript)/ }, path)
  }
  t.match(await program.ask('/token'), { status: 200, text: '{"token":""}' })
  t.match(await program.ask('/', { method: 'POST' }), { status: 405 })
  t.match(await program.ask('/../main.ts'), { status: 404 })
  t.equal(statSync(program.socket).mode & 0o777, 0o600)
})

t.test('a program that reads nothing holds up neither others nor what is typed behind', async t => {
  const [stuck, free] = [await open({ name: 'stuck' }), await open({ name: 'free' })]
  stuck.type('stty raw -echo; echo rea""dy; sleep 2; stty sane; head -c 500000 >pasted; wc -c pasted\r')
  await stuck.sees('ready')
  stuck.send(Buffer.concat([Buffer.from('0'), Buffer.alloc(500_000, 'x\n')]))
  free.type('echo fr""ee\r')
  await free.sees('free\r\n')
  t.notOk(existsSync(join(program.worktree, 'pasted')), 'while the other one still sleeps')
  await stuck.sees('500000 pasted')
  await stuck.leaves()
  await free.leaves()
})

t.test('a viewer that takes nothing is left behind, and told; the program goes on', async t => {
  const [slow, quick] = [await open({ name: 'much' }), await open({ name: 'much' })]
  slow.send('2')
  quick.type('seq 1 700000; echo d""one\r')
  await quick.sees('done\r\n')
  t.match(quick.output, '\r\n350000\r\n', 'who takes it misses nothing')
  t.notMatch(slow.output, '700000')
  slow.send('3')
  await slow.sees('done\r\n')
  t.match(slow.output, 'left out')
  t.ok(slow.output.length < 3_000_000)
  slow.socket.pause()
  quick.socket.pause()
  slow.type('seq 1 900000 >/dev/tty; touch went-on\r')
  await until('the program has gone on', () => existsSync(join(program.worktree, 'went-on')))
  quick.socket.resume()
  await quick.leaves()
  slow.socket.terminate()
})

t.test('pings that nobody takes the answers of fill no memory', async t => {
  const viewer = await open({ name: 'pings' })
  viewer.type('echo re""ady\r')
  await viewer.sees('ready\r\n')
  const before = memoryOf(program.pid)
  viewer.socket.pause()
  const data = Buffer.alloc(125, 'x')
  for (let block = 0; block < 100; block++) {
    for (let count = 0; count < 2_000; count++) viewer.socket.ping(data)
    await until('they have gone out', () => viewer.socket.bufferedAmount < 1_000_000)
  }
  viewer.type('touch pinged\r')
  await until('all have come', () => existsSync(join(program.worktree, 'pinged')))
  t.ok(memoryOf(program.pid) - before < 60_000_000)
  viewer.socket.terminate()
})

/** Of a process, in bytes. */
const memoryOf = (pid: number): number =>
  1_024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

t.test('who pastes into a program that ends is told of its end', async t => {
  const viewer = await open({ name: 'deaf' })
  viewer.type('stty raw -echo; echo re""ady; sleep 1; exit 5\r')
  await viewer.sees('ready')
  viewer.send(Buffer.concat([Buffer.from('0'), Buffer.alloc(1_000_000, 'x')]))
  t.same(await viewer.ends(), { code: 1000, reason: 'exited with 5' })
})

t.test('what was said last is seen, however it ends', async t => {
  const viewer = await open({ name: 'last' })
  viewer.type('seq 1 30000; exit\r')
  t.match(await viewer.ends(), { code: 1000 })
  t.match(viewer.output, '\r\n30000\r\n')
})

t.test('with it everything ends that was started in its terminals', async t => {
  const viewer = await open({ name: 'daemons' })
  viewer.type(
    `sleep 987 & jobs -p >job; disown
     nohup setsid sh -c 'echo $$ >daemon; exec sleep 986' >/dev/null 2>&1 &
     until [ -s daemon ]; do sleep 0.05; done; echo be""gun\r`.replaceAll('\n', '\r'),
  )
  await viewer.sees('begun\r\n')
  const pids = ['daemon', 'job'].flatMap(name =>
    readFileSync(join(program.worktree, name), 'utf8').trim().split('\n').map(Number),
  )
  t.ok(pids.length >= 2 && pids.every(pid => isThere(pid)))
  t.equal(await program.end(), 0)
  t.match(await viewer.ends(), { code: 1001 })
  t.same(pids.filter(isThere), [])
  t.notOk(existsSync(program.socket))
  await program.again()
  await program.end('SIGKILL')
  t.ok(existsSync(program.socket))
  await program.again()
  const next = await open()
  next.type('echo here\r')
  await next.sees('here\r\n')
  await next.leaves()
})
