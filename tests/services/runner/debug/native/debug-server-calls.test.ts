import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { z } from 'zod'

const python = '/usr/bin/python3'
const room = join(import.meta.dirname, '../../../../../services/runner/debug/native')

/** What a function of the file answers, or what its calls tell of these events. */
function asked(script: string): unknown {
  const before = `import sys, json; sys.dont_write_bytecode = True; sys.path.insert(0, ${JSON.stringify(room)})`
  const program = `${before}\nfrom debug_server_calls import *\n${script}`
  const { stdout, stderr, status } = spawnSync(python, ['-I', '-c', program], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}
const recordsSchema = z.array(
  z.looseObject({ probe: z.int(), ended: z.string(), result: z.string().nullable(), depth: z.int() }),
)
const told = (lines: readonly string[]) => {
  const script = ['calls = Calls(lambda: None)', ...lines, 'print(json.dumps(list(calls.held)))'].join('\n')
  return recordsSchema
    .parse(asked(script))
    .map(({ probe, ended, result, depth }) => `${probe} ${ended} ${result} ${depth}`)
}
const began = (probe: number, pointer: number, address: number, thread = 1) =>
  `calls.began(${thread}, ${pointer}, ${address}, {"probe": ${probe}}, "${probe}")`
const returned = (pointer: number, address: number, thread = 1) =>
  `calls.returned(${thread}, ${pointer}, ${address}, lambda kept: "of " + kept)`

t.test('calls end where they return, each to its own place in its stack', async t => {
  t.same(
    told([began(1, 900, 7), began(1, 800, 8), returned(800, 8), returned(900, 7)]),
    ['1 returned of 1 1', '1 returned of 1 0'],
    'recursion',
  )
  t.same(
    told([began(1, 900, 7), began(1, 900, 7, 2), returned(900, 7, 2), returned(900, 7)]),
    ['1 returned of 1 0', '1 returned of 1 0'],
    'threads',
  )
  t.same(
    told([began(1, 900, 7), began(2, 900, 7), returned(900, 7)]),
    ['2 returned of 2 1', '1 returned of 1 0'],
    'one that has jumped to another: both return at once',
  )
  t.same(told([began(1, 900, 7), returned(700, 7), returned(950, 8)]), ['1 raised null 0'], 'passed by')
})

t.test('what lies deeper than a thread stands was left', async t => {
  t.same(told([began(1, 900, 7), began(2, 800, 8), began(3, 700, 9), returned(900, 7)]), [
    '3 raised null 2',
    '2 raised null 1',
    '1 returned of 1 0',
  ])
  t.same(told([began(1, 900, 7), began(1, 900, 7), 'calls.finish()']), ['1 raised null 0', '1 open null 0'])
  t.same(
    told([began(1, 900, 7), began(2, 800, 8), 'calls.caught(1, 800)', 'calls.finish()']),
    ['2 raised null 1', '1 open null 0'],
    'caught by what has called it',
  )
  t.same(
    told([began(1, 900, 7), began(2, 900 + (64 << 20), 8), returned(900 + (64 << 20), 8), returned(900, 7)]),
    ['2 returned of 2 1', '1 returned of 1 0'],
    'of another stack nothing is taken for that',
  )
})

t.test(
  'a line in several places of one function is one call, and what is forgotten is told no more',
  async t => {
    const at = (start: number, place: number) =>
      `calls.began(1, 900, 7, {"probe": 1}, "1", (${start}, ${place}))`
    t.same(told([at(10, 12), at(10, 16), returned(900, 7)]), ['1 returned of 1 0'])
    t.same(told([at(10, 12), at(10, 12), returned(900, 7)]), ['1 raised null 0', '1 returned of 1 0'])
    t.same(
      told([began(1, 900, 7), began(2, 800, 8), 'calls.forget(1)', returned(800, 8), returned(900, 7)]),
      ['2 returned of 2 1'],
    )
    const threads = [began(1, 900, 7, 2), returned(900, 7, 2), began(1, 900, 7, 3), 'calls.end_below(3, 950)']
    const script = ['calls = Calls(lambda: None)', ...threads, 'print(json.dumps(len(calls.threads)))']
    t.same(asked(script.join('\n')), 0, 'of threads that are through with it nothing is kept')
  },
)

t.test('where the caller wants what is returned in memory', async t => {
  t.same(
    asked(
      'print(json.dumps([hidden_in(*given) for given in [(96, 5, None), (96, 5, (5, 4)), (2**32 + 8, 5, (8, 4)), (8, 8, (8, 8))]]))',
    ),
    [96, 96, null, 8],
    'not where the first argument lies there',
  )
})

t.test('what is not taken is bounded, and counted', async t => {
  const script = [
    'calls = Calls(lambda: None)',
    `for n in range(MOST_HELD + 3): ${began(1, 900, 7)}; ${returned(900, 7)}`,
    'told = calls.take()',
    'print(json.dumps([len(told["records"]), told["lost"], calls.take()["lost"]]))',
  ]
  t.same(asked(script.join('\n')), [5_000, 3, 0])
})

t.test('where a value is returned', async t => {
  const table: [why: string, given: string, where: unknown][] = [
    ['an int', '"x86_64", 4, [(0, 4, False)]', [['rax', 4]]],
    ['a double', '"x86_64", 8, [(0, 8, True)]', [['xmm0', 8]]],
    ['an __int128', '"x86_64", 16, [(0, 16, False)]', [['rax', 8], ['rdx', 8]]], // biome-ignore format: one a line
    ['struct { int; double }', '"x86_64", 16, [(0, 4, False), (8, 8, True)]', [['rax', 8], ['xmm0', 8]]], // biome-ignore format: one a line
    ['struct { float; float; float }', '"x86_64", 12, [(0, 4, True), (4, 4, True), (8, 4, True)]', [['xmm0', 8], ['xmm1', 4]]], // biome-ignore format: one a line
    ['struct { int; float }', '"x86_64", 8, [(0, 4, False), (4, 4, True)]', [['rax', 8]]],
    ['what is larger', '"x86_64", 24, [(0, 8, False), (8, 8, False), (16, 8, False)]', 'memory'],
    ['what is packed', '"x86_64", 5, [(0, 1, False), (1, 4, False)]', 'memory'],
    ['what is copied by itself', '"x86_64", 8, [(0, 8, False)], False', 'memory'],
    ['a long double', '"x86_64", 16, [(0, 16, None)]', null],
    ['arm64: a long', '"aarch64", 8, [(0, 8, False)]', [['x0', 8]]],
    ['arm64: a struct', '"aarch64", 8, [(0, 4, False), (4, 4, False)]', null],
    ['of a machine that is not known', '"riscv64", 8, [(0, 8, False)]', null],
  ]
  const all = `print(json.dumps([${table.map(([, given]) => `returned_in(${given})`).join(', ')}]))`
  t.same(
    asked(all),
    table.map(([, , where]) => where),
  )
})
