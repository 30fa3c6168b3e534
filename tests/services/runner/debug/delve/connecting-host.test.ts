import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { connectingHost } from '../../../../../services/runner/debug/delve/connecting-host.ts'
import { until } from '../../../../until.ts'

const skip = process.platform !== 'linux'

/** In place of Delve: speaks as it is spoken to, and starts a program with its own streams. */
const speaking = `
const words = 'read -r line; echo "read $line"; echo error >&2; echo "[$DEBUG_SERVER_HOST]"'
const port = Number(process.argv.at(-1).split(':')[1])
const socket = require('node:net').connect(port, '127.0.0.1', () => socket.write('I am ' + process.pid + '\\n'))
socket.on('data', piece => socket.write('heard ' + piece))
require('node:child_process').spawn('/bin/sh', ['-c', words], { stdio: 'inherit' })
`
const program = `#!/bin/sh
exec '${process.execPath}' "$(dirname "$0")/program.cjs" "$@"
`

async function hosted(t: Test, script: string) {
  const directory = t.testdir({ log: '', 'program.cjs': speaking })
  const [dlv, log] = [join(directory, 'dlv'), join(directory, 'log')]
  writeFileSync(dlv, script)
  chmodSync(dlv, 0o700)
  const meeting = () => ({ outside: directory, inside: directory })
  const { host, begin } = await connectingHost(dlv, { OF_DELVE: 'its own' }, { meeting })
  const engine = host.open()
  t.teardown(() => engine[Symbol.dispose]())
  let said = ''
  engine.output.on('data', piece => {
    said += piece
  })
  const ended = once(engine.output, 'end')
  const begun = await begin(
    { request: () => Promise.reject(), closed: Promise.resolve(''), close: () => undefined },
    () => Promise.reject(),
  )
  if (!begun.ok) throw new Error(begun.message)
  const { words, environment } = begun.program
  const port = Number(words.at(-1)?.split(':').at(-1))
  const start = () => {
    const fd = openSync(log, 'a')
    const [file = '', ...rest] = words
    const command = spawn(file, rest, {
      stdio: ['pipe', fd, fd],
      env: { PATH: process.env.PATH, ...environment },
    })
    closeSync(fd)
    t.teardown(() => command.kill('SIGKILL'))
    return { command, left: once(command, 'exit') }
  }
  return { engine, environment, port, start, ended, said: () => said, log: () => readFileSync(log, 'utf8') }
}

t.test('Delve has a connection, and its program the streams of the command', { skip }, async t => {
  const { engine, environment, port, start, said, log } = await hosted(t, program)
  t.match(environment, { OF_DELVE: 'its own', DEBUG_SERVER_DELVE: /^[0-9a-f]{32}$/ })
  await once(connect(port, '127.0.0.1').resume(), 'close')
  const { command, left } = start()
  command.stdin?.write('typed\n')
  await engine.begun
  engine.input.write('the runner')
  await until('it is heard', () => said().endsWith('\nheard the runner') || undefined)
  await until('the program has written', () => log() === 'read typed\nerror\n[]\n' || undefined)
  t.match(await once(connect(port, '127.0.0.1'), 'error'), [{ code: 'ECONNREFUSED' }])
  engine.leave(7)
  t.same(await left, [7, null])
})

t.test('Delve that goes away before it has come is seen to', { skip }, async t => {
  const { engine, start, ended } = await hosted(t, '#!/bin/sh\nexit 3\n')
  start()
  await ended
  t.equal(engine.stderr, 'dlv has ended with status 3')
  await t.rejects(engine.begun, { message: 'dlv is not connected: it has ended' })
})

t.test('Delve that is killed is seen to', { skip }, async t => {
  const { start, ended, said } = await hosted(t, program)
  start()
  const pid = await until('it has come', () => Number(/I am (\d+)\n/.exec(said())?.[1]) || undefined)
  process.kill(pid, 'SIGKILL')
  await ended
})
