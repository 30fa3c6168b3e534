import t from 'tap'
import { findFunction } from '../../../../../services/runner/debug/above/find-function.ts'
import { RecordRing } from '../../../../../services/runner/debug/above/record-ring.ts'

t.test('where a function begins, and what it takes, in each language', t => {
  for (const [file, line, name, parameters] of [
    [
      'a.py',
      '    async def add(self, name: str, count=len("a,b"), *more, **options):',
      'Cart.add',
      ['self', 'name', 'count', 'more', 'options'],
    ],
    ['a.js', 'export default async function* add(a, { b, c } = {}, ...rest) {', 'add', ['a', 'rest']],
    [
      'a.ts',
      '  private async add(item: Map<string, number>, count?: number): Promise<void> {',
      'Cart.add',
      ['item', 'count'],
    ],
    ['a.ts', 'const add = (a: number, b = 2) => a + b', 'add', ['a', 'b']],
    ['a.go', 'func (c *Cart) Add(name string, counts []int) (int, error) {', 'Cart.Add', ['name', 'counts']],
    [
      'a.rs',
      '    pub fn add(&mut self, mut name: &str, by: Vec<(u8, u8)>) -> u8 {',
      'Cart::add',
      ['name', 'by'],
    ],
    [
      'a.c',
      'static int add(struct item *items, const char name[8], int (*by)(int)) {',
      'add',
      ['items', 'name'],
    ],
    [
      'a.cpp',
      'std::map<int, int> Cart::add(const std::string &name, int count = 3) {',
      'Cart::add',
      ['name', 'count'],
    ],
    ['a.hpp', '  virtual std::string add(const std::string &name) const override {', 'Cart::add', ['name']],
    ['a.cpp', '  int add(int count = 3) noexcept { return count; }', 'Cart::add', ['count']],
    ['a.c', 'int main(void) {', 'main', []],
  ] as const) {
    const found = findFunction(['', 'add(1);', 'return add(2)', line], file, name)
    t.match(found, { found: true, line: 4 }, line)
    t.ok(
      found.found && line.slice(0, found.inside.column - 1).endsWith(')'),
      `${line}: its body comes behind`,
    )
    const names = found.found ? found.parameters.filter(one => one !== 'mut') : []
    t.same(
      names.filter(one => parameters.some(wanted => wanted === one)),
      parameters,
      line,
    )
  }
  t.end()
})

t.test('a call in C is no beginning', async t => {
  for (const line of [
    '  return add(1) {',
    '  x = add(1);',
    '  total add(1);',
    '  auto y = std::move(add(1, [] {',
    '  if (add(1)) {',
  ])
    t.same(findFunction([line], 'a.cpp', 'add').found, false, line)
})

t.test('a name is no pattern', t => {
  const lines = [`def ${'a'.repeat(100)}!`, 'def total(items):']
  for (const name of ['(a|aa)+b', '(', 't[a-z]*', '$&'])
    t.match(findFunction(lines, 'a.py', name), {
      found: false,
      message: `no function ${name} begins in a.py`,
    })
  t.match(findFunction(['function $get() {'], 'a.js', '$get'), { found: true, line: 1 })
  t.end()
})

t.test('what may be meant is looked for among names that anybody has typed', t => {
  const long = 'b'.repeat(300)
  const many = Array.from({ length: 9_000 }, (_, i) => `def ${long}${i}(`)
  t.same(findFunction(many, 'a.py', 'c'.repeat(1_000)), {
    found: false,
    message: `no function ${'c'.repeat(1_000)} begins in a.py`,
  })
  t.same(findFunction(many, 'a.py', long), { found: false, message: `no function ${long} begins in a.py` })
  t.end()
})

t.test('what is not there is told with what may be meant', t => {
  const lines = ['def total_of(items):', '    return sum(items)']
  t.same(findFunction(lines, 'a.py', 'total_off'), {
    found: false,
    message: 'no function total_off begins in a.py; did you mean "total_of"?',
  })
  t.same(findFunction(undefined, 'a.py', 'f'), { found: false, message: 'a.py cannot be read' })
  t.end()
})

t.test('a ring keeps the last records, and counts what is not there', t => {
  const ring = new RecordRing(3)
  const at = new Date(0).toISOString()
  for (let n = 1; n <= 8; n++) ring.add({ kind: 'value', probe: 1, at, value: `${n}` })
  const read = (after: number, limit = 10) => {
    const { records, ...rest } = ring.after(after, limit)
    return { numbers: records.map(({ number }) => number), ...rest }
  }
  t.same(read(0), { numbers: [6, 7, 8], next: 8, lost: 5, more: false })
  t.same(read(6, 1), { numbers: [7], next: 7, lost: 0, more: true })
  t.same(read(8), { numbers: [], next: 8, lost: 0, more: false })
  t.same(read(99), { numbers: [], next: 8, lost: 0, more: false })
  ring.lose(4)
  t.same(read(8), { numbers: [], next: 12, lost: 4, more: false })
  t.end()
})

t.test('a line without an end takes no time', async t => {
  const began = performance.now()
  const line = ` found(${'):'.repeat(1_000_000)}`
  t.match(findFunction([line, 'def found(a):'], 'a.py', 'found'), { found: true, line: 2, parameters: ['a'] })
  t.match(findFunction([line], 'a.py', 'other'), { found: false })
  t.ok(performance.now() - began < 5_000)
})
