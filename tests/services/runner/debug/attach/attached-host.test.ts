import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { until } from '../../../../until.ts'

t.setTimeout(120_000)

const host = join(import.meta.dirname, '../../../../../services/runner/debug/attach/attached_host.py')

/** A program with so much code that it takes a moment to be looked at. */
const program = `import ctypes, mmap, sys
code = open(sys.argv[1], "r+b")
code.truncate(1 << 29)
mapped = mmap.mmap(code.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC)
print("up", flush=True)
while True:
    pass
`

const stateOf = ({ pid }: ChildProcess): string | undefined =>
  readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[0]

/** A process, and a debugger of it that only waits. */
async function attached(t: Test, how: 'mends' | 'leaves') {
  const top = t.testdir({ code: '' })
  const target = spawn('python3', ['-c', program, join(top, 'code')], { stdio: ['ignore', 'pipe', 'ignore'] })
  t.teardown(() => target.kill('SIGKILL'))
  await once(target.stdout, 'data')
  const pipes = ['in', 'out', 'errors', 'control'].map(name => join(top, name))
  if (spawnSync('mkfifo', pipes).status !== 0) throw new Error('there is no mkfifo')
  for (const pipe of pipes) openSync(pipe, 'r+')
  const start = readFileSync(`/proc/${target.pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[19]
  const words = ['-I', '-S', host, top, `${target.pid}`, `${start}`, how, 'sleep', '100']
  const debuggers = spawn('python3', words, { stdio: 'ignore' })
  t.teardown(() => debuggers.kill('SIGKILL'))
  const { pid: hostPid } = debuggers
  const childOf = (pid: number | undefined) =>
    Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0])
  const debuggerPid = await until('the debugger', () => {
    try {
      const pid = childOf(childOf(hostPid))
      return readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n' ? pid : undefined
    } catch {
      return undefined // not yet
    }
  })
  return { target, host: debuggers, debuggerPid, control: join(top, 'control') }
}

t.test('a process goes on where its host is killed while it mends what a debugger has left', async t => {
  const { target, host, debuggerPid } = await attached(t, 'mends')
  process.kill(debuggerPid, 'SIGKILL')
  await until('it to be stopped', () => {
    if (host.exitCode !== null) throw new Error('it was not seen to be')
    return stateOf(target) === 'T'
  })
  host.kill('SIGKILL')
  await until('it to go on', () => stateOf(target) === 'R')
})

t.test('a host ends as it is told where the process is killed while it is mended', async t => {
  const { target, host, debuggerPid, control } = await attached(t, 'mends')
  process.kill(debuggerPid, 'SIGKILL')
  await until('it to be stopped', () => stateOf(target) === 'T')
  const gone = once(target, 'exit')
  target.kill('SIGKILL')
  await gone
  const ended = once(host, 'exit')
  writeFileSync(control, '7\n')
  t.same(await ended, [7, null])
})

t.test('one whose debugger leaves nothing behind is not stopped for that', async t => {
  const { target, host, control } = await attached(t, 'leaves')
  const ended = once(host, 'exit')
  writeFileSync(control, '7\n')
  while (host.exitCode === null && host.signalCode === null) {
    if (stateOf(target) === 'T') t.fail('it is stopped')
    await new Promise(resolve => setImmediate(resolve))
  }
  t.same(await ended, [7, null])
})
