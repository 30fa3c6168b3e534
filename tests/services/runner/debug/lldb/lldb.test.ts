import t from 'tap'
import type { CommandId } from '../../../../../services/contract/ids.ts'
import { Terminals } from '../../../../../services/runner/terminals/terminals.ts'
import { nativeRig, noLldb } from './lldb-rig.ts'

t.setTimeout(240_000)

const basket = `#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int add(int total, int price) {
  int sum = total + price;
  return sum;
}

int main(int count, char **words) {
  int total = 0;
  for (int i = 1; i <= 3; i++) {
    total = add(total, i);
    printf("adding %d\\n", i);
    fflush(stdout);
  }
  fprintf(stderr, "terminal %d\\n", isatty(1));
  for (int i = 1; i < count; i++) printf("<%s>", words[i]);
  printf("\\n");
  return total;
}
`

t.test('a program of C is stopped, looked into, stepped and run to its end', { skip: noLldb }, async t => {
  const { rig, run, state, variables, stack, evaluate, answer } = await nativeRig(t, basket)
  const debug = await run({ breakpoints: ['app.c:7'], arguments: ['one', "t wo's", '$x', ''] })
  t.match(debug.at, {
    engine: 'lldb-dap',
    status: 'stopped',
    stop: {
      ...{ reason: 'breakpoint', description: null, breakpoints: [1] },
      frame: { name: 'add', file: 'app.c', line: 7 },
    },
  })
  t.match((await variables(debug)).variables, [
    { name: 'total', value: '0', type: 'int' },
    { name: 'price', value: '1', type: 'int' },
    { name: 'sum', value: '1', type: 'int' },
  ])
  t.match((await stack(debug)).frames, [
    { name: 'add', line: 7 },
    { name: 'main', file: 'app.c', line: 13 },
  ])
  t.match(await evaluate(debug, 'sum + 41'), { value: '42' })
  t.match(await state(debug, 'debug.step_out'), {
    stop: { reason: 'step', frame: { name: 'main', line: 13 } },
  })
  t.match(await state(debug, 'debug.next'), { stop: { reason: 'step', frame: { name: 'main', line: 14 } } })
  t.match(await state(debug, 'debug.continue'), { stop: { reason: 'breakpoint', frame: { name: 'add' } } })
  await answer(debug, 'debug.break', { breakpoints: ['app.c:7'], remove: true })
  t.match(await state(debug, 'debug.continue'), { end: { reason: 'exited', exit_code: 6 } })
  const row = await rig.ended(debug.command)
  t.match(row, { status: 'failed', exit_code: 6 })
  t.equal(rig.stdout(row), "adding 1\nadding 2\nadding 3\n<one><t wo's><$x><>\n")
  t.equal(rig.stderr(row), 'terminal 0\n')
})

t.test(
  "lldb's own commands are reached where they are asked for, and nowhere else",
  { skip: noLldb },
  async t => {
    const { run, evaluate, refusal, state } = await nativeRig(t, basket)
    const debug = await run({ breakpoints: ['app.c:7'] })
    for (const expression of ['image list', 'platform shell id', '`platform shell id', 'expr 1'])
      t.match(
        await refusal(debug, 'debug.evaluate', { expression }),
        { code: 'evaluation_failed' },
        expression,
      )
    t.match(await evaluate(debug, 'image list app', { shell: true }), { value: /\[ {2}0\].*app/ })
    t.match(await evaluate(debug, 'sum', { shell: false }), { value: '1' })
    t.match(await state(debug, 'debug.terminate'), { end: { reason: 'terminated' } })
  },
)

const reads = `#include <stdio.h>
#include <unistd.h>

int main(void) {
  char line[100];
  printf("terminal %d %d %d\\n", isatty(0), isatty(1), isatty(2));
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) printf("got %s", line);
  return 7;
}
`

t.test('a program in a terminal reads what is typed, Ctrl+C too', { skip: noLldb }, async t => {
  const { rig, session, run, state } = await nativeRig(t, reads)
  const terminals = new Terminals({ store: rig.store, files: rig.files })
  const type = (command: CommandId, words: string) => {
    const base64 = Buffer.from(words).toString('base64')
    return terminals.answer({ type: 'terminal', id: 1, command, action: { kind: 'type', base64 } })
  }
  for (const [last, code] of [
    ['\x04', 7],
    ['\x03', 130],
  ] as const) {
    const debug = await run({ terminal: { columns: 90, rows: 25 }, breakpoints: ['app.c:6'] })
    t.match(debug.at, { status: 'stopped', stop: { frame: { line: 6 } } })
    await state(debug, 'debug.continue', { wait: 0 })
    await rig.printed(session.id, debug.command, 'terminal 1 1 1')
    t.match(await type(debug.command, 'héllo\r'), { ok: true })
    await rig.printed(session.id, debug.command, 'got héllo')
    await type(debug.command, last)
    t.match(await state(debug, 'debug.status'), { end: { reason: 'exited', exit_code: code } })
  }
})
