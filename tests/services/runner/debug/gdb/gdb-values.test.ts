import t from 'tap'
import { compile, gdbRig, lineOf, noGdb } from './gdb-rig.ts'

t.setTimeout(260_000)

const source = `#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct Point { int x; double y; const char *name; };
class Base { int hidden = 1; public: int open = 2; virtual ~Base() {} };
class Derived : public Base { protected: int kept = 3; };
struct Nested {
  int numbers[9] = {1, 2, 3, 4, 5, 6};
  std::vector<std::string> lines{"one", "two"};
  std::map<std::string, int> named{{"a", 1}};
  Point point{3, 4, nullptr};
  Derived derived;
};
enum Colour { RED, GREEN };
int square(int n) { return n * n; }
int depth(int n) {
  if (n == 0)
    return 1; // the deepest
  return depth(n - 1) + 1;
}
int main(int argc, char **argv) {
  int number = -4;
  double real = 2.5;
  bool flag = true;
  char letter = 'x';
  Colour colour = GREEN;
  Point point{1, 2.5, "n\\u00e4me"};
  Point *pointer = &point;
  Point *nowhere = nullptr;
  Derived object;
  Nested nested;
  int array[10000] = {1, 2, 3};
  std::vector<int> vector(10000, 7);
  vector[9999] = 9;
  std::vector<Point> points{point, point};
  std::map<std::string, int> map{{"a", 1}, {"b", 2}};
  std::string text = "h\\u00e9llo \\u2713";
  std::string huge(50000, 'x');
  std::unique_ptr<int> owned(new int(5));
  int &reference = number;
  if (flag) {
    int number = 8;
    printf("%d\\n", number); // here
  }
  depth(10000);
  return square(number);
}
`

const directory = t.testdir()
const program = noGdb ? '' : compile(directory, 'values.cpp', source)
const file = `${program}.cpp`
const line = (text: string) => lineOf(file, text)

async function stoppedRig(t: Parameters<typeof gdbRig>[0], text = '// here') {
  const rig = await gdbRig(t, program)
  await rig.breakAt(file, { line: line(text) })
  await rig.start()
  return rig
}

t.test('variables with their types, those with parts with a reference', { skip: noGdb }, async t => {
  const rig = await stoppedRig(t)
  const locals = await rig.locals()
  t.match(locals, {
    number: { value: '8', type: 'int', variablesReference: 0 },
    'number (outer)': { value: '-4', variablesReference: 0 },
    real: { value: '2.5', type: 'double' },
    flag: { value: 'true', type: 'bool' },
    letter: { value: "120 'x'", type: 'char' },
    colour: { value: 'GREEN', type: 'Colour' },
    point: { value: /^\{x = 1, y = 2\.5, name = 0x\w+ "näme"\}$/, type: 'Point' },
    pointer: { value: /^0x/, type: 'Point *' },
    nowhere: { value: '0x0', variablesReference: 0 },
    object: { type: 'Derived' },
    array: { type: 'int [10000]', indexedVariables: 10_000 },
    vector: { value: /^std::vector of length 10000, capacity 10000 = \{7, 7,/, indexedVariables: 10_000 },
    map: { value: 'std::map with 2 elements = {["a"] = 1, ["b"] = 2}' },
    text: { value: '"héllo ✓"', variablesReference: 0 },
    huge: { type: 'std::string' },
    reference: { value: /^@0x\w+: -4$/, type: 'int &' },
    argc: { value: '1' },
    argv: { type: 'char **' },
  })
  const parts = async (name: string, page: object = {}) =>
    rig.children(locals[name]?.variablesReference ?? 0, page)
  t.match(await parts('point'), { x: { value: '1' }, y: { value: '2.5' }, name: { value: /"näme"$/ } })
  t.same(Object.keys(await parts('pointer')), ['x', 'y', 'name'])
  t.same(Object.keys(await parts('object')), ['Base', 'kept'], 'without the words public and protected')
  const { Base } = await parts('object')
  t.match(await rig.children(Base?.variablesReference ?? 0), { open: { value: '2' }, hidden: { value: '1' } })
  t.match(await parts('map'), { '[0]': { value: '"a"' }, '[1]': { value: '1' }, '[3]': { value: '2' } })
  const { '[1]': second } = await parts('points')
  t.match(second, { value: /^\{x = 1, y = 2\.5, name = 0x\w+ "näme"\}$/ }, 'told by its parts')
  t.match(await parts('nested'), {
    numbers: { value: '{1, 2, 3, 4, 5...}' },
    lines: { value: '{"one", "two"}' },
    named: { value: '{["a"] = 1}' },
    point: { value: /^\{x = 3, / },
    derived: { value: '{Base = {...}, kept = 3}' },
  })
  t.match(await rig.children(second?.variablesReference ?? 0, { start: 1, count: 1 }), {
    y: { value: '2.5' },
  })
})

t.test('pages of large collections', { skip: noGdb }, async t => {
  const rig = await stoppedRig(t)
  const { array, vector } = await rig.locals()
  for (const [of, last] of [
    [array, '0'],
    [vector, '9'],
  ] as const) {
    const reference = of?.variablesReference ?? 0
    const page = await rig.children(reference, { start: 9_998, count: 100 })
    t.same(Object.keys(page), ['[9998]', '[9999]'])
    t.equal(page['[9999]']?.value, last)
    t.same(Object.keys(await rig.children(reference, { start: 1, count: 2 })), ['[1]', '[2]'])
    t.same(await rig.children(reference, { start: 10_000, count: 10 }), {}, 'behind the end')
  }
})

t.test('expressions: values, parts, calls and errors', { skip: noGdb }, async t => {
  const rig = await stoppedRig(t)
  t.match(await rig.evaluate('number + 1'), { result: '9', type: 'int', variablesReference: 0 })
  const whole = await rig.evaluate('*pointer')
  t.match(whole, { result: /^\{x = 1, y = 2\.5/, type: 'Point' })
  t.match(await rig.children(whole.variablesReference), { x: { value: '1' } })
  t.match(await rig.evaluate('text'), { result: '"héllo ✓"' })
  t.match(await rig.evaluate('vector.size()'), { result: '10000' })
  t.match(await rig.evaluate('"ü\\n\\"" "x"'), { result: '"ü\\n\\"x"' })
  t.match(await rig.evaluate('-1'), { result: '-1' })
  for (const [expression, message] of [
    ['nosuch', 'No symbol "nosuch" in current context.'],
    ['1 +', "A syntax error in expression, near `'."],
    ['*nowhere', 'Cannot access memory at address 0x0'],
    ['', /./],
    ['$_shell("touch /tmp/never")', 'an expression runs no command of the debugger'],
    ['1\n-gdb-exit', /./],
  ] as const)
    await t.rejects(rig.evaluate(expression), { message }, expression)
  // A breakpoint in what an expression calls does not stop it there.
  await rig.breakAt(file, { line: line('// here') }, { line: line('int square') })
  t.match(await rig.evaluate('square(9)'), { result: '81' })
  t.equal((await rig.stack()).length, 1, 'nothing of that is left')
  t.match(await rig.to('continue'), { debugServerFrame: { name: 'square' } }, 'and stops the program still')
  t.notOk(rig.events.some(({ event, body }) => event === 'stopped' && body.reason === 'pause'))
})

t.test("gdb's own commands, for those who may", { skip: noGdb }, async t => {
  const rig = await stoppedRig(t)
  const run = async (command: string) => (await rig.evaluate(command, { context: 'shell' })).result
  t.match(await run('info line'), /^Line \d+ of ".*values\.cpp"/)
  t.equal(await run('print number'), '$1 = 8')
  t.match(await run('info registers rip'), /<main\(int, char\*\*\)/)
  t.equal(await run('python print("ü" * 3)'), 'üüü')
  t.equal(await run("shell echo '*stopped,reason=x'; echo '^nonsense'; echo '~'"), '')
  await t.rejects(run('nosuch'), { message: 'Undefined command: "nosuch".  Try "help".' })
  for (const command of ['', 'quit', 'kill', 'run', 'print 1\nprint 2'])
    await t.rejects(run(command), { message: /one line|is not for here/ }, command)
  t.match(await rig.evaluate('number'), { result: '8' }, 'it goes on as before')
  await run('next')
  t.match(await rig.next('stopped'), { reason: 'step', debugServerFrame: { line: line('depth(10000)') } })
  t.ok(rig.events.some(({ event }) => event === 'continued'))
  t.match(await rig.to('next', { threadId: 1 }), { reason: 'step' })
})

t.test('a call that crashes, and one that ends the program', { skip: noGdb }, async t => {
  const rig = await stoppedRig(t)
  await t.rejects(rig.evaluate('puts(1)'), { message: /signaled while in a function called from GDB/ })
  t.equal((await rig.stack()).length, 1, 'the program stands where it stood')
  t.match(await rig.evaluate('number'), { result: '8' })
  await rig.evaluate('exit(4)').catch(() => undefined)
  t.match(await rig.next('exited'), { exitCode: 4 })
  t.same(await rig.left, [4, null])
})

t.test('variables are written to', { skip: noGdb }, async t => {
  const rig = await stoppedRig(t)
  const [frame] = await rig.stack()
  const { scopes } = await rig.ask('scopes', { frameId: frame?.id })
  const [locals, registers] = scopes.map(({ variablesReference }) => variablesReference)
  const set = (variablesReference: number | undefined, name: string, value: string) =>
    rig.ask('setVariable', { variablesReference, name, value })
  t.match(await set(locals, 'number', '40 + 2'), { value: '42' })
  const { point, array } = await rig.locals()
  t.match(await set(point?.variablesReference, 'y', '-1.5'), { value: '-1.5' })
  t.match(await set(array?.variablesReference, '[9999]', '6'), { value: '6' })
  t.match(await rig.evaluate('array[9999] + number'), { result: '48' })
  const noCommand = { message: 'an expression runs no command of the debugger' }
  await t.rejects(set(locals, '$_shell("true"), number', '1'), noCommand)
  await t.rejects(rig.ask('dataBreakpointInfo', { name: '$_shell("true")', frameId: frame?.id }), noCommand)
  await t.rejects(set(point?.variablesReference, 'z', '1'), { message: 'there is no z' })
  await t.rejects(set(locals, 'number', 'nosuch'), { message: /No symbol "nosuch"/ })
  t.match(await rig.ask('setExpression', { expression: 'pointer->x', value: '9', frameId: frame?.id }), {
    value: '9',
  })
  t.match(await rig.evaluate('point.x'), { result: '9' })
  if (process.arch === 'x64') {
    t.match(await set(registers, 'rax', '77'), { value: '77' })
    t.match(await rig.children(registers ?? 0), { rax: { value: '77' }, rip: { value: /^0x/ } })
  }
  await rig.ask('continue')
  await rig.next('exited')
  t.equal(rig.stdout(), '42\n')
})

t.test('references are good until the program goes on', { skip: noGdb }, async t => {
  const rig = await stoppedRig(t)
  const { point } = await rig.locals()
  await rig.to('next', { threadId: 1 })
  await t.rejects(rig.children(point?.variablesReference ?? 0), {
    message: /^reference \d+ is of no variable at this stop$/,
  })
  await t.rejects(rig.children(0), { message: /reference 0/ })
})

t.test('ten thousand frames, in pages', { skip: noGdb }, async t => {
  const rig = await stoppedRig(t, '// the deepest')
  const all = await rig.ask('stackTrace', { threadId: 1 })
  t.same([all.stackFrames.length, all.totalFrames], [10_001, 10_002])
  t.match(await rig.ask('stackTrace', { threadId: 1, startFrame: 10_000, levels: 5 }), {
    totalFrames: 10_002,
    stackFrames: [{ name: 'depth' }, { name: 'main' }],
  })
  t.same(await rig.stack(1, { startFrame: 20_000, levels: 5 }), [])
  t.match(await rig.locals(10_000), { n: { value: '10000' } })
  await t.rejects(rig.stack(7), { message: /Invalid thread id: 7/ })
})

t.test('memory and instructions', { skip: noGdb }, async t => {
  const rig = await stoppedRig(t)
  const { text } = { text: await rig.evaluate('&point.name[0]') }
  const memoryReference = /0x[\da-f]+/.exec(text.result)?.[0] ?? ''
  const read = await rig.ask('readMemory', { memoryReference, count: 5 })
  t.equal(Buffer.from(read.data ?? '', 'base64').toString(), 'näme')
  t.match(await rig.ask('readMemory', { memoryReference: '0x10', count: 4 }), {
    address: '0x10',
    unreadableBytes: 4,
  })
  const stack = /0x[\da-f]+/.exec((await rig.evaluate('&number')).result)?.[0] ?? ''
  await rig.ask('writeMemory', { memoryReference: stack, data: Buffer.from([1, 2, 0, 0]).toString('base64') })
  t.match(await rig.evaluate('number'), { result: '513' })
  await t.rejects(rig.ask('writeMemory', { memoryReference: '0x10', data: 'AA==' }), {
    message: /Cannot access memory at address 0x10/,
  })
  await t.rejects(rig.ask('readMemory', { memoryReference: 'number', count: 1 }), {
    message: 'number is no address',
  })

  const here = /0x[\da-f]+/.exec((await rig.evaluate('$pc')).result)?.[0] ?? ''
  const disassemble = async (instructionOffset: number, instructionCount: number, reference = here) =>
    (await rig.ask('disassemble', { memoryReference: reference, instructionOffset, instructionCount }))
      .instructions
  const around = await disassemble(-5, 10)
  t.equal(around.length, 10)
  t.match(around[5], {
    address: new RegExp(`^0x0*${here.slice(2)}$`),
    symbol: /^main/,
    line: line('// here'),
  })
  t.same(await disassemble(0, 5), around.slice(5), 'forward from there')
  t.same(
    (await disassemble(-5, 3)).map(({ instruction }) => instruction),
    around.slice(0, 3).map(({ instruction }) => instruction),
  )
  t.same(await disassemble(2, 2), around.slice(7, 9))
  const square = /0x[\da-f]+/.exec((await rig.evaluate('(void*)square')).result)?.[0] ?? ''
  const beginning = await disassemble(-3, 5, square)
  t.match(beginning[3], { symbol: /^square/ })
  t.equal(beginning.length, 5)
  const fini = /0x[\da-f]+/.exec((await rig.evaluate('(void*)_fini')).result)?.[0] ?? ''
  // In front of it is the end of a function that has lines.
  const behind = await disassemble(0, 60, `0x${(BigInt(fini) - 48n).toString(16)}`)
  t.ok(behind.some(({ line: of }) => of !== undefined))
  t.ok(
    behind.some(({ symbol = '', line: of }) => symbol.startsWith('_fini') && of === undefined),
    'code without lines behind such as has them',
  )
  const nothing = await disassemble(-2, 4, '0x10')
  t.same(
    nothing.map(({ presentationHint }) => presentationHint),
    ['invalid', 'invalid', 'invalid', 'invalid'],
  )
  const { modules } = await rig.ask('modules')
  t.match(modules[0], { name: 'values', path: program })
  t.ok(modules.some(({ name }) => /^libstdc\+\+/.test(name)))
})
