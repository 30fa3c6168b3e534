import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../../../until.ts'
import { sandboxOf } from '../../rig.ts'
import { pidNamed, pidOf } from '../debug-processes.ts'
import { type NativeLaunch, nativeRig, noLldb } from './lldb-rig.ts'

t.setTimeout(240_000)

const source = `#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void stand(void) { for (;;) usleep(10000); }
static void handler(int number) { printf("handled %d\\n", number); }

int main(int count, char **words) {
  const char *how = count > 1 ? words[1] : "";
  printf("began\\n");
  fflush(stdout);
  if (!strcmp(how, "exit")) exit(9);
  if (!strcmp(how, "code")) return 255;
  if (!strcmp(how, "abort")) abort();
  if (!strcmp(how, "segv")) *(volatile int *)16 = 1;
  if (!strcmp(how, "kill")) kill(getpid(), SIGKILL);
  if (!strcmp(how, "alarm")) { alarm(1); stand(); }
  if (!strcmp(how, "stop")) { raise(SIGSTOP); return 3; }
  if (!strcmp(how, "stand")) stand();
  if (!strcmp(how, "handled")) { signal(SIGINT, handler); raise(SIGINT); fflush(stdout); return 4; }
  if (!strcmp(how, "interrupt")) { raise(SIGINT); return 4; }
  if (!strcmp(how, "fork")) {
    pid_t child = fork();
    if (child == 0) { printf("the child runs\\n"); return 5; }
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
  }
  if (!strcmp(how, "exec")) execl("/bin/sh", "sh", "-c", "echo another; exit 8", NULL);
  if (!strcmp(how, "daemon")) { if (daemon(1, 0) == 0) stand(); }
  return 0;
}
`

/** What becomes of the program, with a stop on the way where there is one. */
const ends: readonly [how: string, launch: NativeLaunch, stop: object | null, code: number][] = [
  ['exit', {}, null, 9],
  ['code', {}, null, 255],
  ['kill', {}, null, 128 + 9],
  ['alarm', {}, null, 128 + 14],
  ['abort', {}, { reason: 'exception', description: 'SIGABRT' }, 128 + 6],
  ['abort', { exceptions: 'never' }, null, 128 + 6],
  [
    'segv',
    {},
    { reason: 'exception', description: 'SIGSEGV', text: /not mapped/, frame: { line: 19 } },
    128 + 11,
  ],
  ['stop', {}, { reason: 'exception', description: 'SIGSTOP' }, 3],
  ['handled', {}, null, 4],
  ['interrupt', {}, null, 128 + 2],
  ['fork', {}, null, 5],
  ['exec', {}, null, 8],
  ['daemon', {}, null, 0],
]

for (const sandbox of [false, true])
  t.test(`the exit code is the program's${sandbox ? ', in a sandbox' : ''}`, { skip: noLldb }, async t => {
    const root = mkdtempSync(join(tmpdir(), 'runner-'))
    const { run, state, rig } = await nativeRig(t, source, sandbox ? { root, sandbox: sandboxOf(root) } : {})
    for (const [how, launch, stop, code] of ends) {
      const debug = await run({ ...launch, arguments: [how] })
      const { exceptions } = launch
      const name = exceptions === undefined ? how : `${how}, exceptions ${exceptions}`
      if (stop !== null) t.match(debug.at, { status: 'stopped', stop }, `${name} stops`)
      const at = stop === null ? debug.at : await state(debug, 'debug.continue')
      t.match(at, { status: 'ended', end: { reason: 'exited', exit_code: code } }, name)
      t.match(await rig.ended(debug.command), { exit_code: code }, `${name}: the command`)
    }
  })

t.test('stop on entry is before the first line of main', { skip: noLldb }, async t => {
  const { run, state } = await nativeRig(t, source)
  const debug = await run({ stop_on_entry: true, arguments: ['exit'] })
  t.match(debug.at, { stop: { reason: 'entry', breakpoints: [], frame: { name: 'main', line: 13 } } })
  t.match(await state(debug, 'debug.next'), { stop: { reason: 'step', frame: { name: 'main', line: 14 } } })
  t.match(await state(debug, 'debug.continue'), { end: { exit_code: 9 } })
})

t.test('what runs is paused, and what hangs is ended', { skip: noLldb }, async t => {
  const { run, state } = await nativeRig(t, source)
  const debug = await run({ arguments: ['stand'], breakpoints: ['app.c:23'] })
  t.match(debug.at, { status: 'stopped', stop: { frame: { line: 23 } } })
  const running = await state(debug, 'debug.continue', { wait: 0 })
  t.match(running, { status: 'running' })
  const paused = await state(debug, 'debug.pause')
  t.match(paused, { status: 'stopped', stop: { reason: 'pause' } })
  t.match(await state(debug, 'debug.terminate'), { end: { reason: 'terminated' } })
})

t.test('the debugger or the debuggee is killed', { skip: noLldb }, async t => {
  const { run, state, rig, session } = await nativeRig(t, source)
  const first = await run({ arguments: ['exit'], breakpoints: ['app.c:14'] })
  process.kill(pidNamed(session.id, 'lldb-dap'), 'SIGKILL')
  t.match(await rig.ended(first.command), { failure_json: /debugger_failed/ })
  t.match(await state(first, 'debug.status'), { status: 'ended', end: { reason: 'adapter_failed' } })

  const second = await run({ arguments: ['exit'], breakpoints: ['app.c:14'] })
  process.kill(pidNamed(session.id, 'app'), 'SIGKILL')
  t.match(await rig.ended(second.command), { status: 'failed', exit_code: 137, failure_json: null })
  t.match(await state(second, 'debug.status'), { end: { reason: 'exited', exit_code: 137 } })

  const third = await run({ arguments: ['stand'], breakpoints: ['app.c:14'] })
  process.kill(pidOf(session.id, 'lldb-server') ?? Number.NaN, 'SIGKILL')
  t.match(await rig.ended(third.command), { failure_json: /debugger_failed.*it has lost the debuggee/ })
  await until('nothing to be left', () => pidOf(session.id) === undefined)
})

t.test('a core dump is looked into, and does not go on', { skip: noLldb }, async t => {
  const { run, state, rig, session, refusal, variables } = await nativeRig(t, source)
  const made = await rig.run(session, 'ulimit -c unlimited; ./app segv; mv core* dump')
  t.equal(made.status, 'succeeded', rig.stderr(made))
  const debug = await run({ core: 'dump' })
  t.match(debug.at, {
    status: 'stopped',
    stop: { reason: 'exception', description: 'SIGSEGV', frame: { line: 19 } },
  })
  t.match((await variables(debug)).variables, [
    { name: 'count', value: '2' },
    { name: 'words' },
    { name: 'how' },
  ])
  t.match(await refusal(debug, 'debug.continue'), {
    code: 'debugger_refused',
    detail: /a core dump does not go on/,
  })
  t.match(await state(debug, 'debug.terminate'), { end: { reason: 'terminated' } })
})

t.test('what cannot be debugged is said before anything runs', { skip: noLldb }, async t => {
  const { run, rig, session } = await nativeRig(t, source)
  const top = rig.files.worktree(session.id)
  writeFileSync(join(top, 'script'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  writeFileSync(join(top, 'text'), 'text\n')
  chmodSync(join(top, 'text'), 0o755)
  writeFileSync(join(top, 'plain'), '\x7fELF')
  const said = async (options: NativeLaunch) => (await run(options)).at.end
  t.match(await said({ binary: 'ap' }), {
    reason: 'launch_failed',
    message: /ap: there is no such file; did you mean "app"\?/,
  })
  t.match(await said({ binary: 'script' }), {
    reason: 'launch_failed',
    message: /script: is a script; debug the program that runs it/,
  })
  t.match(await said({ binary: 'text' }), {
    reason: 'launch_failed',
    message: /text: is no native program/,
  })
  t.match(await said({ binary: 'plain' }), { reason: 'launch_failed', message: /may not be executed/ })
  t.match(await said({ core: 'none' }), { reason: 'launch_failed', message: /none: there is no such file/ })
})
