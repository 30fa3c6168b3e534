import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { identify, type ProcessIdentity } from '../../../../lib/processes/identity.ts'
import { scopeVariable } from '../../../../lib/processes/process-scope.ts'
import { commandId } from '../../../../services/contract/ids.ts'
import { debuggeeProcesses } from '../../../../services/runner/debug/above/debuggee-processes.ts'
import { EndWatch, type Watched } from '../../../../services/runner/debug/end-watch.ts'
import { endOfThreads, processEnd } from '../../../../services/runner/debug/process-end.ts'
import { until } from '../../../until.ts'

/** A process whose parent takes no notice of its end. */
async function unheeded(t: Test, words: string, more: Record<string, string> = {}): Promise<ProcessIdentity> {
  const env = { ...process.env, ...more }
  const parent = spawn('/bin/sh', ['-c', `${words} & echo $!; exec sleep 600`], { env })
  t.teardown(() => parent.kill('SIGKILL'))
  const [line] = await once(parent.stdout, 'data')
  // A shell would take notice.
  await until('it to be no shell', () => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n')
  const found = identify(Number(line))
  if (found === undefined) throw new Error(`no ${line}`)
  return found
}

/** What a watch of it tells. */
function watched(t: Test, find: Watched['find'], deadMs = 5, isReplaced = () => false) {
  const told: unknown[] = []
  const ended = (code: number | undefined) => told.push(code)
  const watch = new EndWatch({ find, isReplaced, ended }, { lookMs: 1, deadMs, goneMs: 10 })
  t.teardown(() => watch[Symbol.dispose]())
  return { told, watch }
}

/** Does some work while no more files can be opened. */
function withoutFiles<Result>(work: () => Result): Result {
  const limits = (...words: string[]) =>
    execFileSync('prlimit', ['--pid', `${process.pid}`, ...words], { encoding: 'utf8' }).trim()
  const before = limits('--nofile', '--output', 'SOFT', '--noheadings')
  const open: number[] = []
  limits('--nofile=256:')
  try {
    for (;;) open.push(openSync('/dev/null', 'r'))
  } catch {
    return work()
  } finally {
    for (const file of open) closeSync(file)
    limits(`--nofile=${before}:`)
  }
}

const stat = (state: string, status: number) =>
  `1 (a) b) ${state} ${Array.from({ length: 48 }, () => 0).join(' ')} ${status}\n`

t.test('the end of a process by what its threads are', async t => {
  const ends = [
    [['S', 0], { kind: 'alive' }],
    [['Z', 0, 'S', 0], { kind: 'alive' }],
    [['Z', 0, 't', 0], { kind: 'alive' }],
    [['Z', 9], { kind: 'dead', code: 137 }],
    [['Z', 0, 'Z', 9], { kind: 'dead', code: 137 }],
    [['Z', 3 << 8, 'X', 3 << 8], { kind: 'dead', code: 3 }],
    [['Z', 0x86], { kind: 'dead', code: 134 }],
    [['Z', 0], { kind: 'dead', code: 0 }],
  ] as const
  for (const [threads, end] of ends) {
    const texts: string[] = []
    for (let at = 0; at < threads.length; at += 2)
      texts.push(stat(String(threads[at]), Number(threads[at + 1])))
    t.same(endOfThreads(texts), end, threads.join(' '))
  }
})

t.test('the end of a process that nobody has taken notice of', async t => {
  const runs = await unheeded(t, 'sleep 600')
  t.same(processEnd(runs), { kind: 'alive' })
  t.same(
    withoutFiles(() => processEnd(runs)),
    { kind: 'alive' },
    'nothing can be read of it',
  )
  t.same(processEnd({ ...runs, startTime: 'before:1' }), { kind: 'gone' }, 'another one of its number')
  const { told } = watched(t, async () => runs)
  process.kill(runs.pid, 'SIGKILL')
  await until('its end to be told', () => told.length > 0)
  t.same(told, [137])
  t.same(processEnd(runs), { kind: 'dead', code: 137 })
})

t.test('one is looked for until it can be found', async t => {
  const runs = await unheeded(t, 'sleep 600')
  let looks = 0
  const { told } = watched(t, () => (++looks < 30 ? undefined : Promise.resolve(runs)))
  process.kill(runs.pid, 'SIGTERM')
  await until('its end to be told', () => told.length > 0)
  t.same(told, [143])
})

t.test('one that is killed before anybody has looked for it is found', async t => {
  const command = commandId.create()
  const runs = await unheeded(t, 'sleep 600', { [scopeVariable]: command })
  process.kill(runs.pid, 'SIGKILL')
  await until('its end', () => processEnd(runs).kind === 'dead')
  t.match((await debuggeeProcesses(command, runs.pid, { orDead: true }))?.debuggee, { ...runs, zombie: true })
  t.equal(await debuggeeProcesses(commandId.create(), runs.pid, { orDead: true }), undefined)
})

t.test('one that has gone has no code, and one that is not to be found no end', async t => {
  const child = spawn('/bin/sleep', ['600'])
  const runs = identify(child.pid ?? 0)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const { told } = watched(t, async () => runs)
  let searches = 0
  const other = watched(t, async () => void searches++)
  await until('its end to be told', () => told.length > 0)
  t.same(told, [undefined])
  await until('it to be looked for', () => searches === 10)
  t.same(other.told, [])
})

t.test('what one has ended with is known also when somebody has taken notice since', async t => {
  const runs = { ...(await unheeded(t, 'sleep 600')) }
  const patient = watched(t, async () => runs, 600_000)
  const other = watched(t, async () => runs)
  process.kill(runs.pid, 'SIGKILL')
  await until('its end to be seen', () => other.told.length > 0)
  t.same(patient.told, [])
  // Its number is another's from now on.
  runs.startTime = 'later:1'
  await until('its end to be told', () => patient.told.length > 0)
  t.same(patient.told, [137])
})

t.test('nothing is told once its debugger has told of the end, or has another process', async t => {
  const runs = await unheeded(t, 'sleep 600')
  const first = watched(t, async () => runs)
  let isReplaced = false
  const third = watched(
    t,
    async () => runs,
    5,
    () => isReplaced,
  )
  const second = watched(t, async () => runs)
  first.watch[Symbol.dispose]()
  isReplaced = true
  process.kill(runs.pid, 'SIGKILL')
  await until('the other one to tell it', () => second.told.length > 0)
  t.same([...first.told, ...third.told], [])
})
