import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdtempSync, openSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import t from 'tap'

const place = realpathSync(mkdtempSync(join(tmpdir(), 'outputs-')))
t.teardown(() => rmSync(place, { recursive: true, force: true }))

const lib = join(import.meta.dirname, '../../lib/outputs.ts')
// What a script says goes to stderr, past what is tested. It waits for a byte from the test where it says so.
const before = `
const { outputOf } = await import(${JSON.stringify(lib)})
const { readSync, writeSync } = process.getBuiltinModule('node:fs')
const say = text => writeSync(2, text + '\\n')
const wait = () => readSync(0, Buffer.alloc(1))
const streams = () => process.moduleLoadList.filter(name => /NativeModule (net|tty|internal.fs.sync_write_stream)$/.test(name)).join()
const out = outputOf('stdout')
`
const words = (script: string) => ['--input-type=module', '--eval', before + script]

function run(script: string, stdout: 'pipe' | number): ChildProcess {
  return spawn(process.execPath, words(script), { stdio: ['pipe', stdout, 'pipe'] })
}

/** A pipe whose reader is here, and which is read when somebody asks for it. */
function pipe(name: string): { readonly reader: number; readonly writer: number } {
  const path = join(place, name)
  spawnSync('mkfifo', [path])
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  return { reader, writer: openSync(path, 'w') }
}

const readAll = (fd: number) => text(new Socket({ fd, readable: true, writable: false }))
const all = (stream: Readable | null) => text(stream ?? Readable.from([]))
const shell = (line: string, script: string) =>
  spawnSync('sh', ['-c', line, process.execPath, ...words(script)], { encoding: 'utf8' })

const brief = `
out.write('one €\\n')
out.write('')
out.write('two\\n')
await out.flushed()
say([streams(), out.isTTY, out.columns].join(' '))
`

t.test('files, pipes, sockets and /dev/null need no stream', async t => {
  const path = join(place, 'file')
  t.equal(shell(`"$0" "$@" >'${path}'`, brief).stderr, ' false \n')
  t.equal(readFileSync(path, 'utf8'), 'one €\ntwo\n')
  t.match(shell('"$0" "$@" | cat', brief), { stdout: 'one €\ntwo\n', stderr: /^ false \n$/ })
  t.match(shell('"$0" "$@" >/dev/null', brief), { stdout: '', stderr: /^ false \n$/ })
  const child = run(brief, 'pipe')
  t.same(await Promise.all([all(child.stdout), all(child.stderr)]), ['one €\ntwo\n', ' false \n'])
})

t.test('what is neither goes through the stream, and an output that is closed does no harm', async t => {
  const full = shell('"$0" "$@" >/dev/full', `out.write('x'); out.lost.then(({ code }) => say(code))`)
  t.match(full, { status: 0, stderr: 'ENOSPC\n' })
  t.match(shell('"$0" "$@" >&-', `out.write('x'); await out.flushed()`), { status: 0, stderr: '' })
})

t.test('who reads slowly keeps nobody waiting, and gets everything in order, console.log too', async t => {
  const { reader, writer } = pipe('slow')
  const child = run(
    `
for (let n = 0; n < 300; n++) {
  out.write(n + '€'.repeat(1000) + '\\n')
  if (n > 8) console.log(n + '€'.repeat(2000))
}
say('written')
await out.flushed()
say('flushed')
process.exit()
`,
    writer,
  )
  closeSync(writer)
  const [first] = await once(child.stderr?.setEncoding('utf8') ?? child, 'data')
  t.equal(first, 'written\n', 'before anybody reads')
  const rest = all(child.stderr)
  const lines = (await readAll(reader)).split('\n')
  t.equal(await rest, 'flushed\n')
  const expected: string[] = []
  for (let n = 0; n < 300; n++) expected.push(n + '€'.repeat(1000), ...(n > 8 ? [n + '€'.repeat(2000)] : []))
  t.ok(lines.join() === [...expected, ''].join(), `${lines.length} lines`)
})

t.test('a terminal needs no stream before somebody wants to know how wide it is', async t => {
  const program = join(import.meta.dirname, '../tasks/terminal.py')
  const script = `
out.write('€\\n')
say('[' + streams() + '] ' + out.isTTY)
say(String(out.columns))
say('[' + streams() + ']')
out.write('end\\n')
`
  const { stdout } = spawnSync('python3', [program, '77', '24', process.execPath, ...words(script)], {
    encoding: 'utf8',
  })
  t.match(
    stdout.split(/\r?\n/),
    process.platform === 'linux' ? ['€', '[] true', '77', /tty/, 'end'] : { 0: '€', 2: '77', 4: 'end' },
  )
})

t.test('somebody else has asked for the stream: it is used from then on', async t => {
  const { stdout, stderr } = shell(
    '"$0" "$@" | cat',
    `
out.write('1\\n')
const { write } = process.stdout
process.stdout.write = (text, done) => write.call(process.stdout, text.replace(/\\d/, n => n * 10), done)
out.write('2\\n')
say(String(out.stream === process.stdout))
`,
  )
  t.equal(stdout, '1\n20\n')
  t.equal(stderr, 'true\n')
})

t.test(
  'a pipe that somebody made non-blocking, and almost full: the stream gets what it does not take',
  async t => {
    const { reader, writer } = pipe('full')
    const prefill = `import os, sys
os.set_blocking(1, False)
os.write(1, b'.' * (16 * 4096 - 5000))
os.execv(sys.argv[1], sys.argv[1:])`
    const script = `
out.write('€'.repeat(5000) + '\\n')
say(streams())
out.write('end\\n')
await out.flushed()
`
    const child = spawn('python3', ['-c', prefill, process.execPath, ...words(script)], {
      stdio: ['ignore', writer, 'pipe'],
    })
    closeSync(writer)
    const [first] = await once(child.stderr?.setEncoding('utf8') ?? child, 'data')
    t.match(first, /NativeModule net/)
    const all = await readAll(reader)
    t.ok(all.replace(/^\.+/, '') === `${'€'.repeat(5000)}\nend\n`, `${all.length} characters`)
  },
)

const gone = (begin: string) => `
${begin}
out.lost.then(error => say('lost ' + error.code))
say('ready')
wait()
out.write('x')
out.write('y')
say('dropped')
await out.lost
out.write('z')
await out.flushed()
out.lost.then(() => say('told again'))
`

t.test('nobody reads any more: it is told later, nothing throws, and the rest is dropped', async t => {
  for (const [name, begin] of [
    ['direct', ''],
    ['stream', 'process.stdout'],
  ] as const) {
    const { reader, writer } = pipe(name)
    const child = run(gone(begin), writer)
    closeSync(writer)
    const code = once(child, 'exit')
    const [first] = await once(child.stderr?.setEncoding('utf8') ?? child, 'data')
    t.equal(first, 'ready\n')
    closeSync(reader)
    child.stdin?.end('.')
    t.equal(await all(child.stderr), 'dropped\nlost EPIPE\ntold again\n', name)
    t.same(await code, [0, null])
  }
})
