import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { z } from 'zod'
import { until } from '../../../../until.ts'
import { compile, gdbRig, lineOf, noGdb } from './gdb-rig.ts'

t.setTimeout(260_000)
const anything = z.unknown()
const directory = t.testdir()
const text = `#include <stdio.h>
#include <unistd.h>
volatile int rounds;
int endless(void) { for (;;) rounds++; }
int main(void) {
  printf("%d\\n", getpid());
  fflush(stdout);
  for (;;) {
    rounds++; // here
    usleep(1000);
  }
}
`
const program = noGdb ? '' : compile(directory, 'faults.c', text)
const line = () => lineOf(`${program}.c`, '// here')

/** The processes below one, by their names. */
function descendants(pid: number): { pid: number; name: string }[] {
  const all = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        const [, command = '', parent = ''] = /^\d+ \((.*)\) \S (\d+)/s.exec(stat) ?? []
        return [{ pid: Number(name), name: command, parent: Number(parent) }]
      } catch {
        return []
      }
    })
  const below = (of: number): typeof all =>
    all.filter(({ parent }) => parent === of).flatMap(one => [one, ...below(one.pid)])
  return below(pid)
}

async function stoppedRig(t: Parameters<typeof gdbRig>[0]) {
  const rig = await gdbRig(t, program)
  await rig.breakAt(`${program}.c`, { line: line() })
  await rig.start()
  const child = (name: string) =>
    until(`a ${name}`, () => descendants(rig.child.pid ?? 0).find(one => one.name === name)?.pid)
  return { ...rig, gdb: await child('gdb'), debuggee: await child('faults') }
}

const gone = (pid: number) => until(`${pid} is gone`, () => !isThere(pid) || undefined)
function isThere(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

t.test('gdb is killed: it is told, and the program ends with it', { skip: noGdb }, async t => {
  const rig = await stoppedRig(t)
  process.kill(rig.gdb, 'SIGKILL')
  t.equal(await rig.adapter.client.closed, 'gdb has ended')
  await gone(rig.debuggee)
  await t.rejects(rig.ask('continue'), { message: /gdb has ended/ })
})

t.test('the program is killed from outside, stopped and running', { skip: noGdb }, async t => {
  const rig = await stoppedRig(t)
  process.kill(rig.debuggee, 'SIGKILL')
  await rig.ask('continue').catch(() => undefined)
  t.match(await rig.next('exited'), { exitCode: 137 })
  t.same(await rig.left, [137, null])
  const running = await stoppedRig(t)
  await running.breakAt(`${program}.c`)
  await running.ask('continue')
  process.kill(running.debuggee, 'SIGTERM')
  t.match(await running.next('exited'), { exitCode: 143 })
  t.same(await running.left, [143, null])
})

t.test(
  'an expression that never ends holds nobody else up for ever, and goes with the session',
  { skip: noGdb },
  async t => {
    const rig = await stoppedRig(t)
    const { client } = rig.adapter
    const frameId = (await rig.stack())[0]?.id
    const outcome = await client.request('evaluate', { expression: 'endless()', frameId }, anything, 500)
    t.equal(outcome.kind, 'late')
    t.equal((await client.request('threads', {}, anything, 300)).kind, 'late')
    t.equal((await client.request('initialize', {}, anything, 300)).kind, 'done', 'the adapter itself lives')
    await rig.ask('disconnect')
    await gone(rig.debuggee)
    await gone(rig.gdb)
  },
)

t.test('requests that cannot be read are refused and change nothing', { skip: noGdb }, async t => {
  const rig = await stoppedRig(t)
  for (const [command, parameters, message] of [
    ['setBreakpoints', {}, /^source: /],
    ['setBreakpoints', { source: { path: 1 } }, /^source\.path: /],
    ['next', {}, /^threadId: /],
    ['next', { threadId: '1' }, /^threadId: /],
    ['next', { threadId: 99 }, /Invalid thread id: 99/],
    ['scopes', { frameId: 'x' }, /^frameId: /],
    ['variables', { variablesReference: -1 }, /reference -1/],
    ['variables', { variablesReference: 1, start: -1 }, /^start: /],
    ['evaluate', { expression: 5 }, /^expression: /],
    ['evaluate', { expression: '1', frameId: 99_000_001 }, /Invalid thread id: 9/],
    ['readMemory', { memoryReference: '0x0', count: -1 }, /^count: /],
    ['writeMemory', { memoryReference: '0x0', data: '***' }, /^data: /],
    ['gotoTargets', {}, /knows no gotoTargets/],
    ['stepBack', { threadId: 1 }, /knows no stepBack/],
  ] as const)
    await t.rejects(rig.ask(command, parameters), { message }, `${command} ${JSON.stringify(parameters)}`)
  t.match(await rig.to('continue'), { reason: 'breakpoint' })
})

t.test(
  'whoever pauses, steps and continues at once gets one stop after another',
  { skip: noGdb },
  async t => {
    const rig = await stoppedRig(t)
    for (let round = 0; round < 20; round += 1) {
      const stops = () => rig.events.filter(({ event }) => event === 'stopped').length
      const before = stops()
      await rig.ask('continue')
      await rig.ask('pause').catch(() => undefined)
      await until('a stop', () => stops() > before || undefined)
    }
    await rig.breakAt(`${program}.c`)
    // A pause that came late stops nothing any more.
    await rig.ask('continue')
    const last = rig.events.length
    await new Promise(resolve => setTimeout(resolve, 300))
    t.same(
      rig.events.slice(last).filter(({ event }) => event === 'stopped'),
      [],
    )
  },
)
