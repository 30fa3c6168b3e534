import t, { type Test } from 'tap'
import { type FailureReport, failureReportSchema } from '../../../../../services/contract/debug-report.ts'
import { debugRig } from '../debug-rig.ts'
import { compile, noGdb } from '../gdb/gdb-rig.ts'
import { noLldb } from '../lldb/lldb-rig.ts'

const source = `#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static int half(int *n) { return *n / 2; }
static void handled(int n) { (void)n; }
static int work(const char *how) {
  int odd = 7;
  if (strcmp(how, "null") == 0) return half(NULL);
  if (strcmp(how, "assert") == 0) assert(half(&odd) * 2 == odd);
  if (strcmp(how, "handled") == 0) raise(SIGUSR1);
  if (strcmp(how, "exit") == 0) exit(3);
  for (int on = strcmp(how, "loop") == 0; on;) odd++;
  return 0;
}
int main(int argc, char **argv) {
  signal(SIGUSR1, handled);
  for (int i = 1; i < argc; i++)
    if (fork() == 0) _exit(work(argv[i]));
  for (int i = 1; i < argc; i++) {
    int status = 0;
    wait(&status);
    printf("%d\\n", WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
  }
  return 0;
}
`

t.setTimeout(260_000)
const engines = [
  ['gdb', noGdb],
  ['lldb-dap', noLldb],
] as const
for (const [engine, skip] of engines)
  t.test(`a failure of a process that is forked under ${engine} is one of the program`, { skip }, t =>
    failures(t, engine),
  )

async function failures(t: Test, engine: (typeof engines)[number][0]): Promise<void> {
  const { rig, session, launch, answer, evaluate } = await debugRig(t, { 'app.c': source })
  compile(rig.files.worktree(session.id), 'app.c', source)
  const begin = async (...how: string[]) => {
    const launched = await launch({
      ...{ program: { kind: 'binary', file: 'app', core: null }, engines: [engine], arguments: how },
      ...{ exceptions: 'failures', children: 'follow' },
    })
    const ask = async (more: object = { binary: 'app' }): Promise<FailureReport> =>
      failureReportSchema.parse(await answer(launched, 'debug.run_to_failure', { wait: 60, ...more }))
    return { launched, ask }
  }
  const run = async (...how: string[]) => {
    const begun = await begin(...how)
    return { ...begun, report: await begun.ask() }
  }
  const printed = async ({ command }: { command: Parameters<typeof rig.ended>[0] }) =>
    rig
      .stdout(await rig.ended(command))
      .trim()
      .split('\n')
      .toSorted()

  await t.test('a signal, with the variables of where it came', async t => {
    const { launched, ask, report } = await run('null')
    t.match(report, {
      ...{ outcome: 'signal', signal: 'SIGSEGV', engine, kept: true },
      ...{ parent: launched.id, command: launched.command, process: Number },
      frames: [
        { name: 'half', file: 'app.c', line: 8 },
        { name: 'work', file: 'app.c', line: 12 },
        { name: 'main', file: 'app.c', line: 22 },
      ],
    })
    t.match(await evaluate({ ...launched, id: report.debug }, 'n'), { value: /^0x0+$/ })
    t.match(await ask({ debug: report.debug }), { outcome: 'passed', debug: launched.id, parent: null })
    t.strictSame(await printed(launched), ['-11'])
  })

  await t.test('each of two that fail together, and none that handles its signal', async t => {
    const { launched, ask, report } = await run('assert', 'handled', 'null')
    const next = await ask({ debug: report.debug })
    t.strictSame([report, next].map(({ outcome }) => outcome).toSorted(), ['assertion', 'signal'])
    t.strictSame(
      [report, next].map(({ parent }) => parent),
      [launched.id, launched.id],
    )
    t.match(await ask({ debug: launched.id }), { outcome: 'passed' })
    t.strictSame(await printed(launched), ['-11', '-6', '0'])
  })

  // lldb-dap has no stop for it.
  if (engine === 'gdb')
    await t.test('an exit with a code', async t => {
      const { launched, ask, report } = await run('exit')
      t.match(report, {
        outcome: 'exit',
        exit_code: 3,
        parent: launched.id,
        frames: [{ name: 'work', line: 15 }],
      })
      t.match(await ask({ debug: report.debug }), { outcome: 'passed', debug: launched.id })
      t.strictSame(await printed(launched), ['3'])
    })
  await t.test('one that hangs is stopped with the program, and told where', async t => {
    const { launched, ask } = await begin('loop')
    const report = await ask({ binary: 'app', wait: 5 })
    t.match(report, { outcome: 'timeout', debug: launched.id })
    t.match(report.children, [{ debug: /^dbg_/, at: 'work app.c:16' }])
    const [id] = report.children.map(({ debug }) => debug)
    if (id === null || id === undefined) throw new Error('it is not debugged')
    t.match(await evaluate({ ...launched, id }, 'on = 0'), {})
    t.match(await ask({ debug: launched.id }), { outcome: 'passed' })
    t.strictSame(await printed(launched), ['0'])
  })
}
