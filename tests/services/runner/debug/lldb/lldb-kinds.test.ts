import t from 'tap'
import { nativeRig, noLldb } from './lldb-rig.ts'

t.setTimeout(240_000)

const cpp = `#include <pthread.h>
#include <stdexcept>
#include <string>
#include <vector>

int level = 0;

int down(int depth) {
  level = depth;
  return depth == 0 ? 0 : 1 + down(depth - 1);
}

void *work(void *) { return nullptr; }

int main(int, char **) {
  std::vector<int> many(10000); struct { int count; struct { int a[2]; } in; } items[2] = {{3, {{1, 2}}}, {4, {}}};
  struct { char filler[150], secret[40]; } login = {"${'x'.repeat(120)}", "hidden-hidden-hidden-hidden"}; for (int i = 0; i < 10000; i++) many[i] = i;
  std::string text = "h\\u00e9llo \\u4e16\\u754c";
  std::string huge(1000000, 'x');
  int sum = 0;
  for (int i = 0; i < 10; i++) {
    sum += many[i];
  }
  pthread_t thread;
  pthread_create(&thread, nullptr, work, nullptr);
  pthread_join(thread, nullptr);
  try {
    throw std::runtime_error("caught");
  } catch (const std::exception &) {
    sum++;
  }
  return down(2000) == 2000 ? sum : 1;
}
`

t.test('breakpoints of every kind, and values of every size, of C++', { skip: noLldb }, async t => {
  const build = 'g++ -g -O0 -o app app.cpp -lpthread'
  const found = await nativeRig(t, cpp, { build, file: 'app.cpp' })
  const { run, state, variables, stack, evaluate, answer } = found
  const debug = await run({ breakpoints: ['app.cpp:20'] })
  t.match(debug.at, { stop: { reason: 'breakpoint', frame: { line: 20 } } })

  // What was told of a part before says nothing else of the whole.
  t.match(await evaluate(debug, 'items[0].in'), { value: '{a = {1, 2}}' })
  const { variables: locals } = await variables(debug)
  const local = (name: string) => locals.find(one => one.name === name)
  t.match(local('text'), { value: '"héllo 世界"' })
  t.match(local('many'), { value: /size=10000/ })
  const items = '{{count = 3, in = {...}}, {count = 4, in = {...}}}'
  t.match(local('items'), { value: items, reference: Number })
  // A secret is masked whole, or is not there.
  t.match(local('login'), { value: /^\{filler = "x+", secret = \.\.\.\}$/ })
  const page = await variables(debug, { reference: local('many')?.reference, start: 9_990, limit: 5 })
  t.match(page.variables, [{ name: '[9990]', value: '9990' }])
  t.match(page, { total: 10_000 })
  t.ok((local('huge')?.value.length ?? 0) <= 2_000)

  const set = (breakpoints: object[]) => answer(debug, 'debug.break', { breakpoints, clear: true })
  await set([{ kind: 'line', at: 'app.cpp:22', condition: 'i == 3' }])
  t.match(await state(debug, 'debug.continue'), { stop: { reason: 'breakpoint', frame: { line: 22 } } })
  t.match(await evaluate(debug, 'i'), { value: '3' })
  await set([{ kind: 'line', at: 'app.cpp:22', hit_condition: '2' }])
  t.match(await state(debug, 'debug.continue'), { stop: { frame: { line: 22 } } })
  t.match(await evaluate(debug, 'i'), { value: '5' })
  await set([{ kind: 'function', name: 'work' }])
  t.match(await state(debug, 'debug.continue'), { stop: { reason: /breakpoint/, frame: { name: /work/ } } })
  t.match(((await answer(debug, 'debug.threads')) as { total: number }).total, 2)
  await set([{ kind: 'exception', filter: 'cpp_throw' }])
  t.match(await state(debug, 'debug.continue'), {
    stop: { reason: 'exception', description: 'std::runtime_error' },
  })
  t.match(await answer(debug, 'debug.exception'), { id: 'std::runtime_error', break_mode: 'always' })
  await set([{ kind: 'line', at: 'app.cpp:9', condition: 'depth == 0' }])
  t.match(await state(debug, 'debug.continue'), { stop: { frame: { name: /down/, line: 9 } } })
  const deep = await stack(debug, { start: 1_990, limit: 3 })
  t.match(deep.frames, [{ index: 1_990, name: /down/ }])
  t.ok(deep.total > 2_000)
  await set([])
  t.match(await state(debug, 'debug.continue'), { end: { reason: 'exited', exit_code: 46 } })
})
