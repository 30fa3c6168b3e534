import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import type { Test } from 'tap'
import type { DebugSession } from '../../../../../services/contract/debug-resources.ts'
import { findSandbox } from '../../../../../services/runner/sandbox/sandbox.ts'
import { debugRig, type Launched, type LaunchOptions } from '../debug-rig.ts'
import { compile } from '../gdb/gdb-rig.ts'

const sandbox = await findSandbox('auto', process.env.PATH ?? '')

const source = `#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
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
static int started(const char *how) {
  char *words[] = {"app", "leaf", NULL};
  pid_t pid = 0;
  if (strcmp(how, "system") == 0) return WEXITSTATUS(system("./app leaf"));
  if (strcmp(how, "shell") == 0) return WEXITSTATUS(system("ls >/dev/null; ./app leaf; exit $?"));
  if (strcmp(how, "helper") == 0) return WEXITSTATUS(system("exit 5"));
  if (strcmp(how, "popen") == 0) return WEXITSTATUS(pclose(popen("./app leaf", "r")));
  if (strcmp(how, "spawn") == 0) posix_spawn(&pid, "./app", NULL, NULL, words, environ);
  if (strcmp(how, "searched") == 0) {
    setenv("PATH", "/nowhere:/usr/bin:.", 1);
    posix_spawnp(&pid, "app", NULL, NULL, words, environ);
  }
  if (strcmp(how, "vfork") == 0 && (pid = vfork()) == 0) {
    execv("./app", words);
    _exit(127);
  }
  return pid == 0 ? -1 : ended(pid);
}
int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "";
  if (strcmp(how, "leaf") == 0) return work(2);
  int code = started(how);
  if (code >= 0) {
    printf("%d\\n", code);
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
  pid_t forked = fork();
  if (forked == 0) _exit(child(how));
  code = ended(forked);
  if (strcmp(how, "outlived") == 0) work(code);
  printf("%d\\n", code);
  return 0;
}
`
const inWork = `app.c:${source.split('\n').indexOf('  int doubled = n * 2;') + 1}`
const forking = source.split('\n').indexOf('  pid_t forked = fork();') + 1

const standing = ({ status }: DebugSession) => status === 'stopped'

type Engine = 'gdb' | 'lldb-dap'

async function rigOf(t: Test, engine: Engine, overrides: Parameters<typeof debugRig>[2] = {}) {
  const debug = await debugRig(t, { 'app.c': source }, overrides)
  compile(debug.rig.files.worktree(debug.session.id), 'app.c', source)
  const launch = (how: string, more: LaunchOptions = {}) =>
    debug.launch({
      ...{ program: { kind: 'binary', file: 'app', core: null }, engines: [engine], arguments: [how] },
      ...{ breakpoints: [inWork], children: 'follow' },
      ...more,
    })
  const printed = async (command: Parameters<typeof debug.rig.ended>[0]) =>
    debug.rig.stdout(await debug.rig.ended(command))
  const messages = ({ session, command }: Launched) =>
    readFileSync(debug.rig.files.debuggerMessages(session, command), 'utf8')
  return { ...debug, launch, printed, messages }
}

async function looksAtOne(t: Test, engine: Engine, overrides: Parameters<typeof debugRig>[2]) {
  const { launch, printed, children, answer, state, evaluate } = await rigOf(t, engine, overrides)
  const debug = await launch('plain')
  const [child] = await children(debug, 1, standing)
  if (child === undefined) throw new Error('there is none')
  t.match(child, {
    ...{ parent: debug.id, command: debug.command, engine },
    stop: {
      number: 1,
      reason: 'breakpoint',
      frame: { name: 'work', file: 'app.c', line: Number(inWork.split(':')[1]) },
    },
  })
  t.match(await state(debug, 'debug.status', { wait: 0 }), {
    status: 'running',
    children: [{ id: child.id }],
  })
  t.match(await evaluate(child, 'n'), { value: '21' })
  t.match(await state(child, 'debug.next'), {
    stop: { reason: 'step', frame: { line: Number(inWork.split(':')[1]) + 1 } },
  })
  t.match(await evaluate(child, 'doubled'), { value: '42' })
  await answer(child, 'debug.continue', { wait: 0 })
  t.match(await state(child, 'debug.status'), { status: 'ended', end: { reason: 'exited', exit_code: 42 } })
  t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
  t.equal(await printed(debug.command), '42\n')
}

/** What is true of the processes that a native program starts, under each debugger for such. */
export async function nativeChildren(t: Test, engine: Engine): Promise<void> {
  await t.test('a process that is forked has a debugger of its own', t => looksAtOne(t, engine, {}))

  await t.test('in a sandbox too', { skip: sandbox.kind === 'none' && sandbox.reason }, t =>
    looksAtOne(t, engine, { sandbox: { mode: 'bubblewrap', own: [], visible: [], home: homedir() } }),
  )

  const { client, launch, printed, messages, children, answer, state, evaluate } = await rigOf(t, engine)

  for (const how of ['spawn', 'searched', 'vfork', 'system', 'shell', 'popen'])
    await t.test(`one that is started by ${how}`, async t => {
      const debug = await launch(how)
      const [child] = await children(debug, 1, standing)
      if (child === undefined) throw new Error('there is none')
      t.match(child, { parent: debug.id, engine, stop: { reason: 'breakpoint', frame: { name: 'work' } } })
      t.match(await evaluate(child, 'n'), { value: '2' })
      await answer(child, 'debug.continue', { wait: 0 })
      t.match(await state(child, 'debug.status'), { status: 'ended', end: { exit_code: 4 } })
      t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
      t.equal(await printed(debug.command), '4\n')
    })

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

  // lldb's server is killed with its own, and leaves the program to its breakpoints.
  const isGdb = engine === 'gdb'
  if (isGdb)
    await t.test('its debugger is killed', async t => {
      const debug = await launch('waits')
      const [child] = await children(debug, 1, standing)
      if (child?.process == null) throw new Error('there is none')
      const own = Number(
        /^TracerPid:\s+(\d+)/m.exec(readFileSync(`/proc/${child.process}/status`, 'utf8'))?.[1],
      )
      process.kill(own, 'SIGKILL')
      const [over] = await children(debug, 1, ({ id, status }) => id === child.id && status === 'ended')
      t.match(over, { end: { reason: 'adapter_failed' } })
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
    t.match(child, { stop: { frame: { name: 'work' } } })
    await answer(child, 'debug.continue', { wait: 0 })
    t.match(await state(debug, 'debug.continue'), { status: 'ended', end: { exit_code: 0 } })
    t.equal(await printed(debug.command), '42\n')
  })

  await t.test('it is killed while it stands, and its parent hears of that', async t => {
    const debug = await launch('outlived')
    const [child] = await children(debug, 1, standing)
    if (child?.process == null) throw new Error('there is none')
    process.kill(child.process, 'SIGKILL')
    const [over] = await children(debug, 1, ({ id, status }) => id === child.id && status === 'ended')
    t.match(over, { end: { reason: 'exited', exit_code: 137 } })
    t.match(await state(debug, 'debug.status'), { stop: { frame: { name: 'work' } } })
    t.match(await evaluate(debug, 'n'), { value: '-9' })
    t.match(await state(debug, 'debug.continue'), { status: 'ended', end: { exit_code: 0 } })
    t.equal(await printed(debug.command), '-9\n')
  })

  await t.test('what has no symbols, or is not to be followed, runs on without a debugger', async t => {
    const told = client.events.length
    const helped = await launch('helper')
    t.match(await state(helped, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
    t.equal(await printed(helped.command), '5\n')
    t.match(messages(helped), /process \d+ \(\/\S+\) runs without a debugger: it has no symbols"/)
    for (const how of [undefined, 'ignore'] as const) {
      const debug = await launch('plain', { children: how })
      t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
      t.equal(await printed(debug.command), '42\n')
    }
    t.same(
      client.events.slice(told).filter(({ debug }) => debug.parent !== null),
      [],
    )
  })
}
