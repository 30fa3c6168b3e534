import t from 'tap'
import { type FailureReport, failureReportSchema } from '../../../../../services/contract/debug-report.ts'
import { debugRig } from '../debug-rig.ts'
import { compile, noGdb } from './gdb-rig.ts'

t.setTimeout(260_000)

const source = `#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>
#include <unistd.h>

struct Basket {
  std::string owner;
  std::vector<int> prices;
};
int down(int n) {
  volatile int room[16] = {n};
  return down(n + 1) + room[0];
}
void check(const Basket &basket, int how) {
  int total = 0;
  for (int price : basket.prices) total += price;
  if (how == 0) throw std::runtime_error("the total is " + std::to_string(total));
  if (how == 1) assert(total == 7 && "prices add up");
  if (how == 2) { int *nowhere = nullptr; *nowhere = total; }
  if (how == 3) exit(total);
  if (how == 4) down(0);
  if (how == 5) for (;;) usleep(1000);
}
int main(int argc, char **argv) {
  Basket basket{"ann", {1, 2, 3}};
  try {
    throw std::logic_error("caught, and of no interest");
  } catch (std::exception &) {
  }
  puts("checking");
  fflush(stdout);
  check(basket, atoi(argv[1]));
}
`

/** `from`: the time begins when it has printed that. */
type Tried = { readonly wait?: number; readonly from?: RegExp }

t.test('a program is run to its first failure, whatever that is', { skip: noGdb }, async t => {
  const { rig, session, ...debug } = await debugRig(t, { 'basket.cpp': source })
  compile(rig.files.worktree(session.id), 'basket.cpp', source)
  const run = async (how: number, { wait = 60, from }: Tried = {}): Promise<FailureReport> => {
    const launched = await debug.launch({
      program: { kind: 'binary', file: 'basket', core: null },
      arguments: [String(how)],
      exceptions: 'failures',
    })
    if (from !== undefined) await rig.printed(session.id, launched.command, from)
    const report = failureReportSchema.parse(
      await debug.answer(launched, 'debug.run_to_failure', { binary: 'basket', wait }),
    )
    t.ok(Buffer.byteLength(JSON.stringify(report)) <= 8_000)
    await debug.state(launched, 'debug.terminate')
    return report
  }
  const own = (report: FailureReport) => report.frames.filter(({ own }) => own).map(({ name }) => name)
  const thrown = await run(0)
  t.match(thrown, {
    ...{ outcome: 'exception', engine: 'gdb', kept: true },
    exception: { type: 'std::runtime_error', message: 'the total is 6' },
  })
  t.same(own(thrown), ['check', 'main'])
  const [frame] = thrown.frames.filter(({ own }) => own)
  t.match(
    frame?.variables.find(({ name }) => name === 'total'),
    { value: '6', type: 'int', named: true },
  )
  t.ok(frame?.source.some(({ text }) => text.includes('the total is')))
  t.match(await run(1), { outcome: 'assertion', signal: 'SIGABRT' })
  const crashed = await run(2)
  t.match(crashed, { outcome: 'signal', signal: 'SIGSEGV', kept: true })
  t.same(own(crashed), ['check', 'main'])
  const left = await run(3)
  t.match(left, { outcome: 'exit', exit_code: 6, kept: true })
  t.same(own(left), ['check', 'main'])
  const deep = await run(4)
  t.match(deep, { outcome: 'signal', signal: 'SIGSEGV' })
  t.equal(deep.frames[0]?.name, 'down')
  t.match(await run(6), { outcome: 'passed', exit_code: 0, kept: false })
  const hung = await run(5, { wait: 1, from: /checking\n/ })
  t.match(hung, { outcome: 'timeout', kept: true })
  t.same(own(hung), ['check', 'main'])
})
