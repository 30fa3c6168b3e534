import { homedir } from 'node:os'
import t, { type Test } from 'tap'
import type { CommandId } from '../../../../../services/contract/ids.ts'
import { findSandbox } from '../../../../../services/runner/sandbox/sandbox.ts'
import { Terminals } from '../../../../../services/runner/terminals/terminals.ts'
import { until } from '../../../../until.ts'
import { pidNamed, pidOf } from '../debug-processes.ts'
import { debugRig } from '../debug-rig.ts'
import { compile, noGdb } from './gdb-rig.ts'

t.setTimeout(260_000)
if (noGdb && process.env.CI === 'true') throw new Error(noGdb)
const sandbox = await findSandbox('auto', process.env.PATH ?? '')

const source = `#include <stdio.h>
#include <stdlib.h>
int square(int n) {
  return n * n;
}
int main(int argc, char **argv) {
  int total = 0;
  for (int i = 1; i < argc; i++)
    total += square(atoi(argv[i]));
  printf("%d %s\\n", total, getenv("GREETING"));
  fflush(stdout);
  return total % 100;
}
`

/** A worktree with the program and its source. */
async function worktree(t: Test, overrides: Parameters<typeof debugRig>[2] = {}) {
  const rig = await debugRig(t, { 'app.c': source }, overrides)
  compile(rig.rig.files.worktree(rig.session.id), 'app.c', source)
  return rig
}

async function wholeLife(t: Test, overrides: Parameters<typeof debugRig>[2]) {
  const { rig, ...debug } = await worktree(t, overrides)
  const launched = await debug.run({
    program: { kind: 'binary', file: 'app', core: null },
    arguments: ['3', '4', 'a b'],
    environment: { GREETING: 'héllo wörld' },
    breakpoints: ['app.c:4'],
  })
  t.match(launched.at, {
    engine: 'gdb',
    status: 'stopped',
    stop: {
      ...{ number: 1, reason: 'breakpoint', breakpoints: [1] },
      frame: { name: 'square', file: 'app.c', line: 4, source: '  return n * n;' },
    },
    breakpoints: [{ id: 1, file: 'app.c', line: 4, verified: true, message: null }],
  })
  t.match(await debug.stack(launched), { total: 2, frames: [{ name: 'square' }, { name: 'main', line: 9 }] })
  t.match(await debug.variables(launched), { variables: [{ name: 'n', value: '3', type: 'int' }] })
  t.match(await debug.evaluate(launched, 'n * 2'), { value: '6', type: 'int' })
  t.match(await debug.state(launched, 'debug.step_out'), {
    stop: { number: 2, reason: 'step', text: 'it returned 9' },
  })
  t.match(await debug.state(launched, 'debug.continue'), { stop: { number: 3, frame: { line: 4 } } })
  t.match(await debug.answer(launched, 'debug.break', { breakpoints: ['app.c:4'], remove: true }), [])
  const ended = await debug.state(launched, 'debug.continue')
  t.match(ended, { status: 'ended', end: { reason: 'exited', exit_code: 25 } })
  const row = await rig.ended(launched.command)
  t.equal(rig.stdout(row), '25 héllo wörld\n')
  t.equal(rig.stderr(row), '')
}

t.test('a program from its launch to its end', { skip: noGdb }, t => wholeLife(t, {}))

t.test('the same in a sandbox', { skip: noGdb || (sandbox.kind === 'none' && sandbox.reason) }, async t => {
  await wholeLife(t, { sandbox: { mode: 'bubblewrap', own: [], visible: [], home: homedir() } })
})

t.test('a program in a terminal reads what is typed, Ctrl+C too', { skip: noGdb }, async t => {
  const { rig, session, ...debug } = await worktree(t)
  const text = `#include <stdio.h>
#include <unistd.h>
int main(void) {
  char line[100];
  printf("terminal %d %d %d\\n", isatty(0), isatty(1), isatty(2)); // here
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) printf("got %s", line);
  return 7;
}
`
  compile(rig.files.worktree(session.id), 'reads.c', text)
  const terminals = new Terminals({ store: rig.store, files: rig.files })
  const type = (command: CommandId, words: string) => {
    const base64 = Buffer.from(words).toString('base64')
    return terminals.answer({ type: 'terminal', id: 1, command, action: { kind: 'type', base64 } })
  }
  for (const [last, code] of [
    ['\x04', 7],
    ['\x03', 130],
  ] as const) {
    const launched = await debug.run({
      program: { kind: 'binary', file: 'reads', core: null },
      terminal: { columns: 90, rows: 25 },
      breakpoints: ['reads.c:5'],
    })
    t.match(launched.at, { status: 'stopped', stop: { frame: { line: 5 } } })
    await debug.state(launched, 'debug.continue', { wait: 0 })
    await rig.printed(session.id, launched.command, 'terminal 1 1 1')
    t.match(await type(launched.command, 'héllo\r'), { ok: true })
    await rig.printed(session.id, launched.command, 'got héllo')
    await type(launched.command, last)
    t.match(await debug.state(launched, 'debug.status'), { end: { reason: 'exited', exit_code: code } })
  }
})

t.test('gdb or its program is killed', { skip: noGdb }, async t => {
  const { rig, session, ...debug } = await worktree(t)
  const launch = {
    program: { kind: 'binary', file: 'app', core: null } as const,
    breakpoints: ['app.c:4'],
    arguments: ['2'],
  }
  const first = await debug.run(launch)
  process.kill(pidNamed(session.id, 'gdb'), 'SIGKILL')
  t.match(await rig.ended(first.command), { failure_json: /debugger_failed/ })
  t.match(await debug.state(first, 'debug.status'), {
    end: { reason: 'adapter_failed', message: /gdb has ended/ },
  })
  const second = await debug.run(launch)
  process.kill(pidNamed(session.id, 'app'), 'SIGKILL')
  t.match(await debug.state(second, 'debug.continue'), { end: { reason: 'exited', exit_code: 137 } })
  const third = await debug.run(launch)
  process.kill(pidNamed(session.id, 'app'), 'SIGKILL')
  t.match(await rig.ended(third.command), { exit_code: 137 }, 'nothing is asked of it')
  t.match(await debug.state(third, 'debug.status'), { end: { reason: 'exited', exit_code: 137 } })
  await until('nothing to be left', () => pidOf(session.id) === undefined)
})

t.test('what the program needs is looked at before it starts', { skip: noGdb }, async t => {
  const debug = await worktree(t)
  const end = async (file: string, core: string | null = null) =>
    (await debug.run({ program: { kind: 'binary', file, core } })).at.end
  t.match(await end('ap'), {
    reason: 'launch_failed',
    message: /^ap: there is no such file; did you mean "app"\?/,
  })
  t.match(await end('app.c'), { reason: 'launch_failed', message: /may not be executed|no native program/ })
  t.match(await end('app', 'core'), { reason: 'launch_failed', message: /^core: there is no such file/ })
  t.match(await end('app', 'app'), { reason: 'adapter_failed', message: /is not a core dump/ })
})
