import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { type Recorded, recordedSchema } from '../../../../../services/contract/debug-probes.ts'
import { debugRig, type Launched } from '../debug-rig.ts'
import { noGdb } from '../gdb/gdb-rig.ts'
import { noLldb } from '../lldb/lldb-rig.ts'

const source = `#include <csetjmp>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>
struct Pair { int first; double second; };
struct Big { long all[3]; };
static int fact(int n) {
  if (n < 2)
    return 1;
  return n * fact(n - 1);
}
static Pair pair_of(int n) { return Pair{n, n / 2.0}; }
static Big big_of(long n) { return Big{{n, n + 1, n + 2}}; }
static double half(double x) { return x / 2; }
static std::string shout(const char *text) { return std::string(text) + "!"; }
static std::unique_ptr<int> owned(int n) { return std::make_unique<int>(n); }
static void nothing(int n) { (void)n; }
static int checked(int n) {
  if (n < 0)
    throw std::invalid_argument("negative");
  return n;
}
static int outer(int n) {
  try {
    return checked(n);
  } catch (const std::exception &) {
    return -1;
  }
}
static jmp_buf landing;
static void leaps(int n) { longjmp(landing, n); }
static int lands(int n) {
  if (setjmp(landing) == 0)
    leaps(n);
  return n;
}
static int slow(int n) {
  usleep(20000);
  return n;
}
static void leave(int code) { _exit(code); }
int main(int count, char **words) {
  if (count > 1) {
    fact(1);
    execl(words[0], words[0], nullptr);
  }
  fact(3);
  pair_of(3);
  big_of(4);
  half(5);
  shout("hi");
  owned(6);
  nothing(7);
  outer(8);
  outer(-8);
  lands(9);
  slow(10);
  std::thread other([] { fact(2); });
  other.join();
  int ready = 1;
  leave(ready + fact(1));
}
`
const names = 'fact pair_of big_of half shout owned nothing checked outer leaps lands slow leave'.split(' ')
const lineOf = (text: string) => source.split('\n').findIndex(line => line.includes(text)) + 1

t.setTimeout(240_000)
for (const [engine, missing] of [
  ['gdb', noGdb],
  ['lldb-dap', noLldb],
] as const)
  t.test(`${engine}: calls of a native program`, { skip: missing }, async t => {
    const { rig, session, run, answer, state, evaluate } = await debugRig(t, { 'app.cpp': source })
    const top = rig.files.worktree(session.id)
    const built = spawnSync('g++', ['-g', '-O0', '-pthread', '-o', join(top, 'app'), join(top, 'app.cpp')])
    t.equal(built.status, 0, String(built.stderr))
    const start = (breakpoints: string[], words: string[] = []) =>
      run({
        arguments: words,
        program: { kind: 'binary', file: 'app', core: null },
        ...{ engines: [engine], breakpoints, exceptions: 'never' },
      })
    const read = async (of: Launched, input: object = {}): Promise<Recorded> =>
      recordedSchema.parse(await answer(of, 'debug.recorded', { limit: 1_000, ...input }))
    const calls = ({ records }: Recorded) =>
      records.flatMap(record => (record.kind === 'call' ? [record] : []))

    const launched = await start([`app.cpp:${lineOf('  fact(3);')}`, `app.cpp:${lineOf('leave(ready')}`])
    const functions = names.map(name => `app.cpp:${name}`)
    const probes = (await answer(launched, 'debug.trace', { functions })) as { verified: boolean }[]
    t.same(
      probes.filter(({ verified }) => !verified),
      [],
    )
    t.match(probes[0], { kind: 'calls', function: 'fact', returns: true })
    t.match(await state(launched, 'debug.continue'), { stop: { reason: 'breakpoint' } })

    const told = calls(await read(launched))
    const inShort = told.map(({ function: name, arguments: given, ended, result, depth }) => {
      const values = given.map(({ value }) => value.replace(/^0x[0-9a-f]+ /, ''))
      return `${name.replace('[abi:cxx11]', '')}(${values}) ${ended} ${result} at ${depth}`
    })
    t.same(
      inShort.filter(line => !line.startsWith('owned')),
      [
        'fact(1) returned 1 at 2',
        'fact(2) returned 2 at 1',
        'fact(3) returned 6 at 0',
        'pair_of(3) returned {first = 3, second = 1.5} at 0',
        'big_of(4) returned {all = {4, 5, 6}} at 0',
        'half(5) returned 2.5 at 0',
        'shout("hi") returned "hi!" at 0',
        'nothing(7) returned null at 0',
        'checked(8) returned 8 at 1',
        'outer(8) returned 8 at 0',
        'checked(-8) raised null at 1',
        'outer(-8) returned -1 at 0',
        'leaps(9) raised null at 1',
        'lands(9) returned 9 at 0',
        'slow(10) returned 10 at 0',
        'fact(1) returned 1 at 1',
        'fact(2) returned 2 at 0',
      ],
    )
    const owned = inShort.find(line => line.startsWith('owned')) ?? ''
    t.match(owned, /^owned\(6\) returned .*0x0*55\w+.* at 0$/s, 'it lies in memory, however small it is')
    const slow = told.find(({ function: name }) => name === 'slow')
    t.ok((slow?.duration ?? 0) >= 20, 'as long as it sleeps at least')
    t.equal(told.filter(({ function: name }) => name === 'fact').at(-1)?.depth, 0, 'each thread by itself')

    await t.test('what is evaluated is no call of the program', async t => {
      const { next } = await read(launched)
      t.equal((await evaluate(launched, 'fact(4)')).value, '24')
      t.same((await read(launched, { from: next })).records, [])
    })

    await t.test('one that has not returned is told at the end; what is taken away no more', async t => {
      const { next } = await read(launched)
      t.equal(
        ((await answer(launched, 'debug.trace', { remove: [1] })) as unknown[]).length,
        names.length - 1,
      )
      t.match(await state(launched, 'debug.continue'), { end: { reason: 'exited', exit_code: 2 } })
      t.match(calls(await read(launched, { from: next })), [
        { function: 'leave', ended: 'open', result: null, duration: null, depth: 0 },
      ])
    })

    await t.test('a program that becomes another one goes on', async t => {
      const first = await start([`app.cpp:${lineOf('  if (count')}`], ['again'])
      await answer(first, 'debug.trace', { functions: ['app.cpp:fact'] })
      await answer(first, 'debug.break', { breakpoints: [], clear: true })
      t.match(await state(first, 'debug.continue'), { end: { reason: 'exited', exit_code: 2 } })
      const [before, ...after] = calls(await read(first))
      t.match(before, { arguments: [{ value: '1' }], ended: 'returned', result: '1', depth: 0 })
      t.equal(after.length, 6, 'of what it has become as well')
      t.match(after[2], { arguments: [{ value: '3' }], ended: 'returned', result: '6', depth: 0 })
    })
  })
