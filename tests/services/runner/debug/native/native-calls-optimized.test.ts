import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { recordedSchema } from '../../../../../services/contract/debug-probes.ts'
import { debugRig } from '../debug-rig.ts'
import { noGdb } from '../gdb/gdb-rig.ts'
import { noLldb } from '../lldb/lldb-rig.ts'

const sources = {
  'app.c': `#define OUT_OF_LINE __attribute__((noinline, noclone, noipa))
OUT_OF_LINE int second(int n) {
  return n + 1;
}
OUT_OF_LINE int first(int n) {
  return second(n * 2);
}
int main(void) {
  int sum = 0;
  for (int n = 0; n < 3; n++)
    sum += first(n);
  return sum;
}
`,
  'cold.cpp': `#include <stdexcept>
#define OUT_OF_LINE __attribute__((noinline, noclone, noipa))
OUT_OF_LINE int checked(int n) {
  if (n < 0)
    throw std::invalid_argument("negative");
  return n + 1;
}
OUT_OF_LINE int outer(int n) {
  try {
    return checked(n) + 1;
  } catch (const std::exception &) {
    return -1;
  }
}
int main() { return outer(8) + outer(-8); }
`,
  'app.cpp': `#include <memory>
#include <utility>
#include <vector>
namespace {
struct Hidden {
  int n;
};
}
typedef std::vector<std::vector<std::vector<int>>> Deep;
static Hidden hidden(int n) { return Hidden{n}; }
static std::pair<int, bool> pair_of(int n) { return {n, true}; }
static std::pair<int *, bool> found(int *at) { return {at, true}; }
static std::unique_ptr<int> owned(int n) { return std::make_unique<int>(n); }
static int deep(const Deep &all) { return all.size(); }
int main() {
  int n = 7;
  Deep all(100, std::vector<std::vector<int>>(100, std::vector<int>(100, 1)));
  int sum = hidden(1).n + pair_of(2).first + *found(&n).first + *owned(3);
  return sum + deep(all) == 113 ? 0 : 1;
}
`,
} as const

t.setTimeout(240_000)
for (const [engine, missing] of [
  ['gdb', noGdb],
  ['lldb-dap', noLldb],
] as const)
  t.test(`${engine}: what compilers make of calls`, { skip: missing }, async t => {
    const { rig, session, run, answer, state, evaluate } = await debugRig(t, sources)
    const top = rig.files.worktree(session.id)
    const start = async (compiler: string, file: keyof typeof sources) => {
      const level = file === 'app.cpp' ? '-O0' : '-O2'
      const built = spawnSync(compiler, ['-g', level, '-o', join(top, 'app'), join(top, file)])
      t.equal(built.status, 0, String(built.stderr))
      const program = { kind: 'binary', file: 'app', core: null } as const
      return await run({ program, engines: [engine], stop_on_entry: true })
    }
    const told = async (compiler: string, file: keyof typeof sources, names: readonly string[]) => {
      const launched = await start(compiler, file)
      await answer(launched, 'debug.trace', { functions: names.map(name => `${file}:${name}`) })
      const { end } = await state(launched, 'debug.continue')
      const { records } = recordedSchema.parse(await answer(launched, 'debug.recorded'))
      const calls = records.flatMap(record => {
        if (record.kind === 'value') return []
        const { function: name, ended, result, depth } = record
        return [`${name} ${ended} ${result} at ${depth}`]
      })
      return { end, calls }
    }

    await t.test('one that jumps to another returns with it', async t => {
      const { end, calls } = await told('gcc', 'app.c', ['first', 'second'])
      t.match(end, { exit_code: 9 })
      t.same(
        calls,
        [1, 3, 5].flatMap(n => [`second returned ${n} at 1`, `first returned ${n} at 0`]),
      )
    })

    await t.test('one whose unlikely part lies elsewhere is left by an exception', async t => {
      const { end, calls } = await told('g++', 'cold.cpp', ['checked', 'outer'])
      t.match(end, { exit_code: 9 })
      t.same(calls, [
        'checked returned 9 at 1',
        'outer returned 10 at 0',
        'checked raised null at 1',
        'outer returned -1 at 0',
      ])
    })

    await t.test('where nothing is traced any more no breakpoint is left', async t => {
      const launched = await start('gcc', 'app.c')
      const standing = async () => {
        const expression =
          engine === 'gdb' ? 'python print(len(gdb.breakpoints()))' : 'breakpoint list --brief'
        const { value } = await evaluate(launched, expression, { shell: true })
        return engine === 'gdb' ? Number(value) : value.split('\n').filter(line => /^\d+: /.test(line)).length
      }
      const at = await answer(launched, 'debug.break', { breakpoints: ['app.c:3'] })
      t.match(at, [{ verified: true }])
      const before = await standing()
      const [probe] = (await answer(launched, 'debug.trace', { functions: ['app.c:first'] })) as {
        id: number
      }[]
      t.match(await state(launched, 'debug.continue'), { stop: { reason: 'breakpoint' } })
      t.ok((await standing()) > before + 2)
      await answer(launched, 'debug.trace', { remove: [probe?.id] })
      t.equal(await standing(), before)
      await answer(launched, 'debug.break', { breakpoints: [], clear: true })
      t.match(await state(launched, 'debug.continue'), { end: { exit_code: 9 } })
    })

    await t.test(
      'what is returned nobody knows where is not guessed, and a million parts hold up nothing',
      async t => {
        const names = ['hidden', 'pair_of', 'found', 'owned', 'deep']
        const { end, calls } = await told('g++', 'app.cpp', names)
        t.match(end, { exit_code: 0 })
        t.match(calls, [
          /^hidden returned (?:<gdb does not know where .* is returned>|\{n = 1\}) at 0$/,
          /^pair_of returned <\w+ does not know where std::pair<int, bool> is returned> at 0$/,
          /^found returned <\w+ does not know where std::pair<int ?\*, bool> is returned> at 0$/,
          /^owned returned .*0x0*55\w+.* at 0$/s,
          /^deep returned 100 at 0$/,
        ])
      },
    )
  })
