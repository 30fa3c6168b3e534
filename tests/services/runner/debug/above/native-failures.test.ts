import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { type FailureReport, failureReportSchema } from '../../../../../services/contract/debug-report.ts'
import { debugRig } from '../debug-rig.ts'
import { noGdb } from '../gdb/gdb-rig.ts'
import { noLldb } from '../lldb/lldb-rig.ts'

const source = `#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct item { const char *name; int price; };
static int price_of(struct item *item) { return item->price; }
static int total(struct item *items, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) sum += price_of(&items[i]);
    assert(sum != 5);
    return sum;
}
static void handled(int n) { (void)n; }
int main(int argc, char **argv) {
    struct item items[] = {{"apple", 2}, {"pear", 3}};
    signal(SIGUSR1, handled);
    raise(SIGUSR1);
    const char *how = argc > 1 ? argv[1] : "";
    if (!strcmp(how, "null")) return price_of(NULL);
    if (!strcmp(how, "assert")) return total(items, 2);
    if (!strcmp(how, "exit")) exit(3);
    if (!strcmp(how, "loop")) for (;;) {}
    return total(items, 1) - 2;
}
`
const main = { name: 'main', file: 'app.c', own: true }

t.setTimeout(300_000)
for (const [engine, missing] of [
  ['gdb', noGdb],
  ['lldb-dap', noLldb],
] as const)
  t.test(`${engine}: a program of C fails in the schema of every language`, { skip: missing }, async t => {
    const { rig, session, launch, answer } = await debugRig(t, { 'app.c': source })
    const top = rig.files.worktree(session.id)
    t.equal(spawnSync('gcc', ['-g', '-O0', '-o', join(top, 'app'), join(top, 'app.c')]).status, 0)
    const report = async (how: string, wait = 30): Promise<FailureReport> => {
      const program = { kind: 'binary', file: 'app', core: null } as const
      const launched = await launch({ program, engines: [engine], arguments: [how], exceptions: 'failures' })
      const told = await answer(launched, 'debug.run_to_failure', { binary: 'app', wait })
      await answer(launched, 'debug.terminate', { wait: 20 })
      return failureReportSchema.parse(told)
    }
    t.match(await report('null'), {
      ...{ outcome: 'signal', signal: 'SIGSEGV', engine, kept: true },
      frames: [
        { name: 'price_of', line: 7, variables: [{ name: 'item', named: true, value: /^0x0+$/ }] },
        { ...main, line: 20, folded: 0 },
      ],
    })
    const failed = await report('assert')
    t.match(failed, {
      outcome: 'assertion',
      signal: 'SIGABRT',
      frames: [
        { name: 'total', line: 11 },
        { ...main, line: 21 },
      ],
    })
    t.ok((failed.frames[0]?.folded ?? 0) >= 3, 'what lies between abort and the assertion is folded')
    t.match(failed.frames[0]?.variables[0], { name: 'sum', value: '5', named: true })
    t.match(await report('exit'), { outcome: 'exit', exit_code: 3 })
    t.match(
      await report('fine'),
      { outcome: 'passed', exit_code: 0 },
      'a signal that is handled is no failure',
    )
    t.match(await report('loop', 6), { outcome: 'timeout', frames: [{ ...main, line: 23 }] })
  })
