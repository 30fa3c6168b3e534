import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { sandboxOf } from '../../rig.ts'
import { debugRig } from '../debug-rig.ts'
import { noRust } from './lldb-rig.ts'

t.setTimeout(240_000)

const values = `use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::rc::Rc;
use std::cell::{Cell, RefCell};

enum Shape { Dot, Circle(f64), Rect { w: i32, h: i32 } }
enum Tree { Leaf(u8), Node(Vec<Tree>) }
struct Point { x: i32, label: String }

fn show(_: &dyn std::any::Any) {}

fn main() {
    let text = "žluť 🐎 'a' \\"b\\"\\n";
    let string = String::from("hello");
    let empty = String::new();
    let path = PathBuf::from("/tmp/x");
    let boxed: Box<str> = "boxed".into();
    let numbers = vec![1, 2, 3];
    let texts = vec![String::from("a"), String::from("b")];
    let slice = &numbers[1..];
    let some = Some(5);
    let none: Option<i32> = None;
    let some_text = Some("x");
    let no_box: Option<Box<i32>> = None;
    let good: Result<i32, String> = Ok(1);
    let bad: Result<i32, String> = Err("no".into());
    let shapes = [Shape::Dot, Shape::Circle(1.5), Shape::Rect { w: 1, h: 2 }];
    let tree = Tree::Node(vec![Tree::Leaf(1), Tree::Node(vec![])]);
    let both = [Some(Some(String::new())), Some(None), None];
    let points = vec![Point { x: 1, label: "p".into() }];
    let pair = (1, "t");
    let bytes = [1u8, 200, 3];
    let small = -3i8;
    let letter = 'ž';
    let counted = Rc::new(RefCell::new(Some(8)));
    let cell = Cell::new(9);
    let mut map = HashMap::new();
    map.insert("one", 1);
    let mut set = HashSet::new();
    set.insert(4);
    let mut ring: VecDeque<i32> = (1..4).collect();
    ring.pop_front();
    ring.push_back(4);
    let many: Vec<usize> = (0..10_000).collect();
    let huge = "x".repeat(100_000);
    show(&letter); // here
    drop((text, string, empty, path, boxed, numbers.len(), texts, slice.len(), some, none, some_text, no_box));
    drop((good, bad, shapes, tree, both, points.len(), pair, bytes, small, counted, cell, map, set));
    drop((ring, many, huge, points[0].x, points[0].label.len()));
}
`

/** As they are told. */
const shown = {
  text: `"žluť 🐎 'a' \\"b\\"\\n"`,
  ...{ string: '"hello"', empty: '""', path: '"/tmp/x"', boxed: '"boxed"' },
  ...{ numbers: '(3) [1, 2, 3]', texts: '(2) ["a", "b"]', slice: '(2) [2, 3]' },
  ...{ some: 'Some(5)', none: 'None', some_text: 'Some("x")', no_box: 'None' },
  ...{ good: 'Ok(1)', bad: 'Err("no")', pair: '(1, "t")', bytes: '[1, 200, 3]', small: '-3' },
  tree: 'Node((2) [Leaf(1), Node((0) [])])',
  both: '[Some(Some("")), Some(None), None]',
  points: '(1) [Point {x: 1, label: "p"}]',
  ...{ counted: 'Some(8)', cell: '9', map: '(1) {"one" => 1}', set: '(1) {4}', ring: '(3) [2, 3, 4]' },
}

/** What stands at a line of a program of Rust that was built here. */
async function rustRig(
  t: Parameters<typeof debugRig>[0],
  source: string,
  overrides: Parameters<typeof debugRig>[2] = {},
) {
  const found = await debugRig(t, {}, overrides)
  const top = found.rig.files.worktree(found.session.id)
  writeFileSync(join(top, 'app.rs'), source)
  const { status, stderr } = spawnSync('rustc', ['-g', '-o', 'app', 'app.rs'], { cwd: top, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  const program = { kind: 'binary', file: 'app', core: null } as const
  type Options = Parameters<typeof found.run>[0]
  const run = (options: Options = {}) => found.run({ program, engines: ['lldb-dap'], ...options })
  return { ...found, run }
}

const lineOf = (source: string, text: string) => source.split('\n').findIndex(line => line.includes(text)) + 1

t.test('values of Rust are shown as a person writes them', { skip: noRust }, async t => {
  const { run, variables, state, evaluate } = await rustRig(t, values)
  const debug = await run({ breakpoints: [`app.rs:${lineOf(values, '// here')}`] })
  const locals = Object.fromEntries(
    (await variables(debug)).variables.map(({ name, ...rest }) => [name, rest]),
  )
  for (const [name, value] of Object.entries(shown)) t.equal(locals[name]?.value, value, name)
  t.match(locals.letter?.value, /'ž'/)
  t.match(locals.huge, { value: /^"x{100,}/, truncated: true })
  const parts = async (name: string, page: object = {}) =>
    (await variables(debug, { reference: locals[name]?.reference, ...page })).variables
      .filter(part => part.name !== '[raw]')
      .map(part => [part.name, part.value])
  t.same(await parts('numbers'), [
    ['[0]', '1'],
    ['[1]', '2'],
    ['[2]', '3'],
  ])
  t.same(await parts('many', { start: 9_998, limit: 1 }), [['[9998]', '9998']])
  t.same(await parts('some_text'), [['0', '"x"']])
  t.same(await parts('shapes'), [
    ['[0]', 'Dot'],
    ['[1]', 'Circle(1.5)'],
    ['[2]', 'Rect {w: 1, h: 2}'],
  ])
  t.same(await parts('map'), [['[0]', '("one", 1)']])
  t.equal((await evaluate(debug, 'numbers')).value, '(3) [1, 2, 3]')
  t.match(await state(debug, 'debug.continue'), { end: { exit_code: 0 } })
})

const panics = `fn main() {
    let caught = std::panic::catch_unwind(|| { panic!("first {}", 1) });
    std::thread::spawn(|| { None::<i32>.expect("second\\nline"); }).join().unwrap_err();
    assert_eq!(1 + caught.is_err() as i32, 3, "they differ"); // last
}
`

for (const sandbox of [false, true])
  t.test(
    `a panic is an exception, with what it says${sandbox ? ', in a sandbox' : ''}`,
    { skip: noRust },
    async t => {
      const root = mkdtempSync(join(tmpdir(), 'runner-'))
      const overrides = sandbox ? { root, sandbox: sandboxOf(root) } : {}
      const { run, state, answer, stack } = await rustRig(t, panics, overrides)
      const debug = await run()
      t.match(debug.at, {
        stop: { reason: 'exception', description: 'panic', text: 'first 1', breakpoints: [] },
      })
      t.match(await answer(debug, 'debug.exception'), { id: 'panic', description: 'first 1' })
      t.match(await state(debug, 'debug.continue'), { stop: { text: 'second\nline' } })
      t.match(await state(debug, 'debug.continue'), {
        stop: { text: /^assertion.*failed.*they differ/s, frame: { name: /rust_panic/ } },
      })
      const { frames } = await stack(debug, { limit: 20 })
      t.match(
        frames.find(({ file }) => file === 'app.rs'),
        { name: 'app::main', line: lineOf(panics, '// last') },
      )
      t.match(await state(debug, 'debug.continue'), { end: { reason: 'exited', exit_code: 101 } })
    },
  )

t.test('panics stop nothing where exceptions do not', { skip: noRust }, async t => {
  const { run, state } = await rustRig(t, panics)
  const never = await run({ exceptions: 'never' })
  t.match(never.at, { end: { reason: 'exited', exit_code: 101 } })
  const own = await run({ exceptions: 'never', breakpoints: [{ kind: 'function', name: 'rust_panic' }] })
  t.match(own.at, { stop: { reason: /breakpoint/, breakpoints: [1], frame: { name: /rust_panic/ } } })
  t.match(await state(own, 'debug.terminate'), { end: { reason: 'terminated' } })
})
