import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { engineHost } from '../../../../../services/runner/debug/within/engine-host.ts'
import type { StartProcess } from '../../../../../services/runner/spawning/started-process.ts'
import { until } from '../../../../until.ts'

/** An engine of a few words of shell within a command, whose log is a file. */
async function hosted(t: Test, script: string, words: readonly string[] = ['/bin/sh', '-c', script]) {
  const directory = t.testdir({ stdout: 'before\n' })
  const log = join(directory, 'stdout')
  const host = await engineHost(
    { words, environment: {} },
    { meeting: () => ({ outside: directory, inside: directory }) },
  )
  const pipes = host.open()
  t.teardown(() => pipes[Symbol.dispose]())
  let said = ''
  const ended = once(
    pipes.output.on('data', piece => {
      said += piece
    }),
    'end',
  )
  const [file = '', ...rest] = host.program.words
  const fd = openSync(log, 'a')
  const command = spawn(file, rest, { stdio: ['pipe', fd, fd], env: {} })
  closeSync(fd)
  t.teardown(() => command.kill('SIGKILL'))
  const left = once(command, 'exit')
  return {
    ...{ host, pipes, command, left, ended },
    said: () => said,
    log: () => readFileSync(log, 'utf8'),
  }
}

t.test('an engine speaks over the pipes, and its debuggee has the streams of the command', async t => {
  const script = `
    read -r word
    echo "heard $word"
    sh -c 'read -r line; echo "read $line"; echo error >&2' <&5 >&3 2>&4 3>&- 4>&- 5<&-
    sh -c 'echo opened anew' >>/proc/$DEBUG_SERVER_HOST/fd/3
    cat`
  const { pipes, command, left, said, log } = await hosted(t, script)
  await pipes.begun
  pipes.input.write('hello\n')
  command.stdin?.write('typed\n')
  await until('the program has written', () => log().includes('anew') || undefined)
  t.equal(log(), 'before\nread typed\nerror\nopened anew\n')
  await until('the engine is heard', () => said() === 'heard hello\n' || undefined)
  pipes.leave(7)
  pipes.leave(8)
  t.same(await left, [7, null])
  t.equal(pipes.stderr, '')
})

t.test('an engine that goes away is seen to, with what it said last', async t => {
  const { pipes, ended, command } = await hosted(t, 'echo why >&2; exit 3')
  await ended
  t.equal(pipes.stderr, 'why')
  t.equal(command.exitCode, null, 'the command is left to whoever is told')
})

t.test('one that cannot be started is seen to as well', async t => {
  const { pipes, ended } = await hosted(t, '', ['/no/such/engine'])
  await ended
  t.match(pipes.stderr, /\/no\/such\/engine: not found/)
})

t.test('where the runner goes away the engine is killed, with all that it has started', async t => {
  // Deeper, and out of its group: what a debugger starts is no part of that. Who loses a child starts another one.
  const mark = `60${process.pid}`
  const script = `
    trap '' TERM HUP
    setsid sh -c 'sleep 600 & echo $! >&3; wait' &
    for each in 1 2 3 4 5 6 7 8 9; do (while :; do sleep ${mark}; done) & done
    while :; do sleep ${mark}; done`
  const { pipes, left, log } = await hosted(t, script)
  const pid = await until('the grandchild', () => Number(/(\d+)\n$/.exec(log())?.[1]) || undefined)
  pipes[Symbol.dispose]()
  t.same(await left, [137, null])
  await until('it has gone', () => isGone(pid) || undefined)
  const sleeping = () => readdirSync('/proc').filter(name => sleeps(name, mark))
  await until('all have gone', () => sleeping().length === 0 || undefined)
})

t.test('an engine can be interrupted, and so can what it starts', async t => {
  const { ended, said } = await hosted(t, 'kill -INT $$; echo still there')
  await ended
  t.equal(said(), '')
})

t.test('nothing is left open', async t => {
  const open = () => readdirSync('/proc/self/fd').length
  const before = open()
  const { pipes, left } = await hosted(t, 'cat')
  await pipes.begun
  pipes.leave(0)
  await left
  pipes[Symbol.dispose]()
  await until('all is closed', () => open() <= before || undefined)
  t.pass()
})

t.test('a code that comes after all is over is written nowhere', async t => {
  const { pipes, left } = await hosted(t, 'cat')
  await pipes.begun
  pipes[Symbol.dispose]()
  const files = Array.from({ length: 10 }, (_, at) => join(t.testdirName, `another-${at}`))
  // One of them has the number that the pipe had.
  const descriptors = files.map(file => openSync(file, 'w'))
  pipes.leave(7)
  for (const descriptor of descriptors) closeSync(descriptor)
  t.same(
    files.map(file => statSync(file).size),
    files.map(() => 0),
  )
  t.same(await left, [137, null])
})

t.test('pipes that cannot be made are said so', async t => {
  const directory = t.testdir({ in: '' })
  const meeting = () => ({ outside: directory, inside: directory })
  await t.rejects(
    engineHost({ words: ['true'], environment: {} }, { meeting }),
    /no pipes can be made in .*: mkfifo ended with code 1/,
  )
})

t.test('pipes are made where what starts programs has gone over it', async t => {
  const directory = t.testdir({})
  const meeting = () => ({ outside: directory, inside: directory })
  const start: StartProcess = async ({ words }) => {
    // Half of it is done.
    spawnSync(words[0] ?? '', words.slice(1, 4))
    return { pid: process.pid, ended: Promise.resolve('untold') }
  }
  const host = await engineHost({ words: ['true'], environment: {} }, { meeting, start })
  host.open()[Symbol.dispose]()
})

function sleeps(pid: string, mark: string): boolean {
  try {
    return /^\d/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `sleep\0${mark}\0`
  } catch {
    return false
  }
}

function isGone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return true
  }
}
