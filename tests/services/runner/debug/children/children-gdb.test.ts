import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import t, { type Test } from 'tap'
import type { DebugSession } from '../../../../../services/contract/debug-resources.ts'
import { findSandbox } from '../../../../../services/runner/sandbox/sandbox.ts'
import { debugRig, type LaunchOptions } from '../debug-rig.ts'
import { compile, gdbRig, noGdb } from '../gdb/gdb-rig.ts'

t.setTimeout(260_000)
if (noGdb && process.env.CI === 'true') throw new Error(noGdb)
const sandbox = await findSandbox('auto', process.env.PATH ?? '')

const source = `#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static int work(int n) {
  int doubled = n * 2;
  return doubled;
}
static int ended(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}
static int child(const char *how) {
  if (strcmp(how, "execs") == 0) execl("/proc/self/exe", "app", "leaf", NULL);
  if (strcmp(how, "killed") == 0) raise(SIGKILL);
  if (strcmp(how, "waits") == 0) sleep(work(30));
  if (strcmp(how, "nested") == 0) {
    pid_t below = fork();
    if (below == 0) _exit(work(3));
    return ended(below) + 1;
  }
  return work(21);
}
static void *forks(void *code) {
  pid_t pid = fork();
  if (pid == 0) _exit(work(4));
  *(int *)code = ended(pid);
  return NULL;
}
int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "";
  if (strcmp(how, "leaf") == 0) return work(2);
  if (strcmp(how, "helper") == 0) {
    int helped = system("exit 5");
    printf("%d\\n", WEXITSTATUS(helped));
    return 0;
  }
  if (strcmp(how, "threads") == 0) {
    pthread_t threads[3];
    int codes[3];
    for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, forks, &codes[i]);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    printf("%d %d %d\\n", codes[0], codes[1], codes[2]);
    return 0;
  }
  pid_t started = fork();
  if (started == 0) _exit(child(how));
  int code = ended(started);
  printf("%d\\n", code);
  return 0;
}
`
const inWork = 'app.c:9'
const forking = source.split('\n').indexOf('  pid_t started = fork();') + 1

const standing = ({ status }: DebugSession) => status === 'stopped'

async function rigOf(t: Test, overrides: Parameters<typeof debugRig>[2] = {}) {
  const debug = await debugRig(t, { 'app.c': source }, overrides)
  compile(debug.rig.files.worktree(debug.session.id), 'app.c', source)
  const launch = (how: string, more: LaunchOptions = {}) =>
    debug.launch({
      ...{ program: { kind: 'binary', file: 'app', core: null }, engines: ['gdb'], arguments: [how] },
      ...{ breakpoints: [inWork], children: 'follow' },
      ...more,
    })
  const printed = async (command: Parameters<typeof debug.rig.ended>[0]) =>
    debug.rig.stdout(await debug.rig.ended(command))
  return { ...debug, launch, printed }
}

async function looksAtOne(t: Test, overrides: Parameters<typeof debugRig>[2]) {
  const { launch, printed, children, answer, state, evaluate } = await rigOf(t, overrides)
  const debug = await launch('plain')
  const [child] = await children(debug, 1, standing)
  if (child === undefined) throw new Error('there is none')
  t.match(child, {
    ...{ parent: debug.id, command: debug.command, engine: 'gdb' },
    stop: { number: 1, reason: 'breakpoint', frame: { name: 'work', file: 'app.c', line: 9 } },
  })
  t.match(await state(debug, 'debug.status', { wait: 0 }), {
    status: 'running',
    children: [{ id: child.id }],
  })
  t.match(await evaluate(child, 'n'), { value: '21' })
  t.match(await state(child, 'debug.next'), { stop: { reason: 'step', frame: { line: 10 } } })
  t.match(await evaluate(child, 'doubled'), { value: '42' })
  await answer(child, 'debug.continue', { wait: 0 })
  t.match(await state(child, 'debug.status'), { status: 'ended', end: { reason: 'exited', exit_code: 42 } })
  t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
  t.equal(await printed(debug.command), '42\n')
}

t.test('a process that is forked is debugged by a gdb of its own', { skip: noGdb }, t => looksAtOne(t, {}))

t.test('in a sandbox too', { skip: noGdb || (sandbox.kind === 'none' && sandbox.reason) }, t =>
  looksAtOne(t, { sandbox: { mode: 'bubblewrap', own: [], visible: [], home: homedir() } }),
)

t.test('one that is not to be debugged after all runs on', { skip: noGdb }, async t => {
  const rig = await gdbRig(t, compile(t.testdir(), 'app.c', source), {
    ...{ arguments: ['threads'], children: 'follow' },
  })
  await rig.ask('configurationDone')
  t.match(await rig.next('exited'), { exitCode: 0 })
  t.equal(rig.stdout(), '8 8 8\n')
})

t.test('whatever becomes of one', { skip: noGdb }, async t => {
  const { client, launch, printed, children, answer, state, evaluate } = await rigOf(t)

  await t.test('it replaces itself by another program', async t => {
    const debug = await launch('execs')
    const [child] = await children(debug, 1, standing)
    if (child === undefined) throw new Error('there is none')
    t.match(await evaluate(child, 'n'), { value: '2' })
    await answer(child, 'debug.continue', { wait: 0 })
    t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
    t.equal(await printed(debug.command), '4\n')
  })

  await t.test('it forks again', async t => {
    const debug = await launch('nested')
    const [child] = await children(debug, 1, ({ status }) => status === 'running')
    if (child === undefined) throw new Error('there is none')
    const [below] = await children(child, 1, standing)
    if (below === undefined) throw new Error('there is none below')
    t.match(await evaluate(below, 'n'), { value: '3' })
    await answer(below, 'debug.continue', { wait: 0 })
    t.match(await state(below, 'debug.status'), { end: { reason: 'exited', exit_code: 6 } })
    t.match(await state(child, 'debug.status'), { end: { reason: 'exited', exit_code: 7 } })
    t.match(await state(debug, 'debug.status'), { end: { exit_code: 0 } })
    t.equal(await printed(debug.command), '7\n')
  })

  await t.test('several threads fork at once', async t => {
    const debug = await launch('threads')
    const found = await children(debug, 3, standing)
    t.equal(new Set(found.map(({ process }) => process)).size, 3)
    for (const child of found) await answer(child, 'debug.continue', { wait: 0 })
    for (const child of found) t.match(await state(child, 'debug.status'), { end: { exit_code: 8 } })
    t.match(await state(debug, 'debug.status'), { end: { exit_code: 0 } })
    t.equal(await printed(debug.command), '8 8 8\n')
  })

  await t.test('its gdb is killed', async t => {
    const debug = await launch('waits')
    const [child] = await children(debug, 1, standing)
    if (child?.process == null) throw new Error('there is none')
    const own = Number(
      /^TracerPid:\s+(\d+)/m.exec(readFileSync(`/proc/${child.process}/status`, 'utf8'))?.[1],
    )
    process.kill(own, 'SIGKILL')
    const [over] = await children(debug, 1, ({ id, status }) => id === child.id && status === 'ended')
    t.match(over, { end: { reason: 'adapter_failed', message: /gdb has ended/ } })
    t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
    t.equal(await printed(debug.command), '-9\n')
  })

  await t.test('it is killed', async t => {
    const debug = await launch('killed')
    t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
    t.equal(await printed(debug.command), '-9\n')
    const [child] = await children(debug, 1, ({ status }) => status === 'ended')
    t.match(child, { end: { reason: 'exited', exit_code: 137 } })
  })

  await t.test('it is ended by a client', async t => {
    const debug = await launch('plain')
    const [child] = await children(debug, 1, standing)
    if (child === undefined) throw new Error('there is none')
    t.match(await state(child, 'debug.terminate'), { status: 'ended', end: { reason: 'terminated' } })
    t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
    t.equal(await printed(debug.command), '-9\n')
  })

  await t.test('its parent is ended', async t => {
    const debug = await launch('plain')
    const [child] = await children(debug, 1, standing)
    if (child === undefined) throw new Error('there is none')
    t.match(await state(debug, 'debug.terminate'), { status: 'ended' })
    t.match((await children(debug, 1, ({ id, status }) => id === child.id && status === 'ended'))[0], {
      end: { reason: 'terminated' },
    })
  })

  await t.test('a step goes over where it is forked', async t => {
    const debug = await launch('plain', { breakpoints: [inWork, `app.c:${forking}`] })
    t.match(await state(debug, 'debug.status'), { stop: { frame: { name: 'main', line: forking } } })
    t.match(await state(debug, 'debug.next'), {
      stop: { reason: 'step', frame: { name: 'main', line: forking + 1 } },
    })
    const [child] = await children(debug, 1, standing)
    if (child === undefined) throw new Error('there is none')
    t.match(child, { stop: { frame: { line: 9 } } })
    await answer(child, 'debug.continue', { wait: 0 })
    t.match(await state(debug, 'debug.continue'), { status: 'ended', end: { exit_code: 0 } })
    t.equal(await printed(debug.command), '42\n')
  })

  await t.test(
    'what is started otherwise, or is not to be followed, runs on without breakpoints',
    async t => {
      const told = client.events.length
      const helped = await launch('helper')
      t.match(await state(helped, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
      t.equal(await printed(helped.command), '5\n')
      for (const how of [undefined, 'ignore'] as const) {
        const debug = await launch('plain', { children: how })
        t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
        t.equal(await printed(debug.command), '42\n')
      }
      t.same(
        client.events.slice(told).filter(({ debug }) => debug.parent !== null),
        [],
      )
    },
  )
})
