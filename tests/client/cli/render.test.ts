import t from 'tap'
import { commandText } from '../../../client/cli/render/command-text.ts'
import { details } from '../../../client/cli/render/details.ts'
import { displayWidth } from '../../../client/cli/render/display-width.ts'
import { coloured, paintFor, plain } from '../../../client/cli/render/paint.ts'
import { duration, relativeTime } from '../../../client/cli/render/relative-time.ts'
import { table } from '../../../client/cli/render/table.ts'

t.test('times are told as a person would', t => {
  const now = Date.parse('2026-01-02T00:00:00.000Z')
  for (const [instant, text] of [
    ['2026-01-02T00:00:00.000Z', 'now'],
    ['2026-01-01T23:59:01.000Z', '59s ago'],
    ['2026-01-01T23:58:01.000Z', '1m ago'],
    ['2026-01-01T22:00:00.000Z', '2h ago'],
    ['2025-12-01T00:00:00.000Z', '32d ago'],
    ['2026-01-03T12:00:00.000Z', 'in 1d'],
    ['no instant', 'no instant'],
  ] as const)
    t.equal(relativeTime(instant, now), text)
  t.equal(duration(0.4), '0s')
  t.end()
})

t.test('a table is as wide as its content, and never wider than the terminal', t => {
  const rows = [
    { id: 'a', text: 'short', tail: 'x' },
    { id: 'bcd', text: 'a rather long text', tail: 'y\nz' },
  ]
  const columns = [
    { title: 'ID', cell: (row: (typeof rows)[0]) => row.id },
    { title: 'TEXT', cell: (row: (typeof rows)[0]) => row.text, flexible: true },
    { title: 'TAIL', cell: (row: (typeof rows)[0]) => row.tail },
  ]
  t.equal(
    table(rows, columns, { paint: plain, width: undefined }),
    'ID   TEXT                TAIL\na    short               x\nbcd  a rather long text  y\\nz\n',
  )
  t.equal(
    table(rows, columns, { paint: plain, width: 20 }),
    'ID   TEXT       TAIL\na    short      x\nbcd  a rather…  y\\nz\n',
  )
  t.equal(
    table(rows, columns, { paint: plain, width: 19 }),
    'ID   TEXT      TAIL\na    short     x\nbcd  a rathe…  y\\nz\n',
    'a flexible column keeps enough to tell something',
  )
  t.equal(
    table(rows, columns, { paint: plain, width: 18 }),
    'ID    a\nTEXT  short\nTAIL  x\n\nID    bcd\nTEXT  a rather long text\nTAIL  y\\nz\n',
    'where that is too wide each cell has a line',
  )
  const painted = table(
    rows,
    [{ ...columns[0], title: 'ID', cell: row => row.id, colour: () => 'red' as const }],
    {
      paint: coloured,
      width: 80,
    },
  )
  t.equal(painted, '\x1b[2mID\x1b[22m\n\x1b[31ma\x1b[39m\n\x1b[31mbcd\x1b[39m\n')
  t.end()
})

t.test('wide characters take two columns, marks none, and neither is cut in two', t => {
  const column = { title: 'NAME', cell: (row: string) => row, flexible: true }
  const columns = [column, { title: 'END', cell: () => '|' }]
  const at = (width: number, ...rows: string[]) => table(rows, columns, { paint: plain, width }).split('\n')
  t.same(at(40, '日本語', 'e\u0301te\u0301', '👩🏽', 'plain'), [
    'NAME    END',
    '日本語  |',
    'e\u0301te\u0301     |',
    '👩🏽    |',
    'plain   |',
    '',
  ])
  for (const [width, cut] of [
    [15, '日本語の…   |'],
    [14, '日本語の…  |'],
    [13, '日本語…   |'],
  ] as const)
    t.equal(at(width, '日本語のなまえ')[1], cut)
  t.equal(displayWidth('\u{1f1e9}\u{1f1ea}'), 2)
  t.end()
})

t.test('one thing is told line by line', t => {
  t.equal(
    details([
      ['id', 'x'],
      ['empty', null],
      ['failure', 'one\ntwo\x1b'],
    ]),
    'id       x\nfailure  one\n         two\\x1b\n',
  )
  t.end()
})

t.test('colours are for terminals of those who want them', t => {
  for (const [isTTY, environment, paint] of [
    [true, {}, coloured],
    [false, {}, plain],
    [true, { NO_COLOR: '1' }, plain],
    [true, { NO_COLOR: '' }, coloured],
    [true, { TERM: 'dumb' }, plain],
  ] as const)
    t.equal(paintFor({ isTTY }, environment), paint)
  t.end()
})

t.test('a command reads as one would type it', t => {
  t.equal(commandText('make | tail'), 'make | tail')
  t.equal(commandText(['git', 'commit', '-m', "it's", '', 'a b']), `git commit -m 'it'\\''s' '' 'a b'`)
  t.end()
})
