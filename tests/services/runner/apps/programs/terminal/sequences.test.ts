import t from 'tap'
import { modesAfter, modesAsText } from '../../../../../../services/runner/apps/programs/terminal/modes.ts'
import { replayed } from '../../../../../../services/runner/apps/programs/terminal/replayed.ts'
import { Scrollback, safeCut } from '../../../../../../services/runner/apps/programs/terminal/scrollback.ts'
import { sequences } from '../../../../../../services/runner/apps/programs/terminal/sequences.ts'

const found = (text: string) =>
  [...sequences(Buffer.from(text, 'latin1'))].map(({ kind, start, end, whole }) => [
    kind,
    text.slice(start, end),
    whole,
  ])

t.test('control sequences are told apart from text', async t => {
  t.same(found('a\x1b[1;31mred\x1b[0m'), [
    ['control', '\x1b[1;31m', true],
    ['control', '\x1b[0m', true],
  ])
  t.same(found('\x1b]0;title\x07x\x1b]0;other\x1b\\y'), [
    ['string', '\x1b]0;title\x07', true],
    ['string', '\x1b]0;other\x1b\\', true],
  ])
  t.same(found('\x1b(B\x1b=\x1bc'), [
    ['escape', '\x1b(B', true],
    ['escape', '\x1b=', true],
    ['escape', '\x1bc', true],
  ])
  t.same(found('\x1b[?2004h'), [['control', '\x1b[?2004h', true]])
})

t.test('what another byte breaks off ends there; what is not there yet is not whole', async t => {
  t.same(found('\x1b[1\n2'), [['control', '\x1b[1', true]])
  t.same(found('\x1b]0;a\x1b[m'), [
    ['string', '\x1b]0;a', true],
    ['control', '\x1b[m', true],
  ])
  for (const text of ['\x1b', '\x1b[', '\x1b[12', '\x1b]0;t', '\x1b]0;t\x1b', '\x1b('])
    t.same(found(text).at(-1)?.[2], false, JSON.stringify(text))
})

t.test('modes are those that differ from how a terminal begins', async t => {
  const after = (text: string, before = new Map()) =>
    modesAsText(modesAfter(before, Buffer.from(text, 'latin1')))
  t.equal(after('\x1b[?1049h\x1b[?2004h'), '\x1b[?1049h\x1b[?2004h')
  t.equal(after('\x1b[?1049h\x1b[?1049l'), '')
  t.equal(after('\x1b[?25l\x1b[?1000;1006h\x1b='), '\x1b[?25l\x1b[?1000h\x1b[?1006h\x1b=')
  t.equal(after('\x1b[?25l\x1bc'), '', 'a reset')
  t.equal(after('\x1b[?2026h\x1b[?1048h'), '', 'nothing that passes')
  t.equal(modesAfter(new Map(), Buffer.from(many('\x1b[?', 5_000, 'h'))).size, 100, 'bounded')
})

const many = (before: string, count: number, behind: string) =>
  Array.from({ length: count }, (_, index) => `${before}${index + 2_000}${behind}`).join('')

t.test('what is shown again asks, rings and copies nothing', async t => {
  const shown = (text: string) => replayed(Buffer.from(text, 'latin1')).toString('latin1')
  for (const question of [
    ...['\x1b[6n', '\x1b[5n', '\x1b[?6n', '\x1b[c', '\x1b[0c', '\x1b[>c', '\x1b[=c', '\x1bZ', '\x1b[>q'],
    ...['\x1b[?2026$p', '\x1b[4$p', '\x1b[14t', '\x1b[18t', '\x1b[?u', '\x1b]10;?\x07', '\x1b]4;1;?\x1b\\'],
    ...['\x1b]52;c;aGk=\x07', '\x1bP$qm\x1b\\', '\x1bP+q544e\x1b\\', '\x07', '\x05', '\x1b[x'],
  ])
    t.equal(shown(`a${question}b`), 'ab', JSON.stringify(question))
  for (const kept of [
    ...['\x1b[31m', '\x1b[2J', '\x1b]0;title\x07', '\x1b[?1049h', '\x1b[8;24;80t', '\x1b[>4;1m', '\x1b[ q'],
    ...['\x1b]8;;http://x/?a\x07', '\x1b]133;A\x07', '\x1b[s', '\x1b[u', '\x1b(B', 'é\r\n', '\x1b[12'],
  ])
    t.equal(shown(`a${kept}`), `a${kept}`, JSON.stringify(kept))
})

t.test('a cut is made at the beginning of a line, in no sequence', async t => {
  const cut = (text: string, least: number) => safeCut(Buffer.from(text), least)
  t.equal(cut('one\ntwo\nthree', 5), 8)
  t.equal(cut('one\n\x1b]0;a\nb\x07two\nthree', 6), 16, 'a line within a title is none')
  t.equal(cut('\x1b[31mred', 2), 5, 'behind the sequence where there is no line')
  t.equal(cut('aé', 2), 3, 'not within a character')
  t.equal(cut('abc', 3), 3)
})

t.test('what is kept is bounded, and is the end of what came', async t => {
  const kept = new Scrollback(10_000)
  kept.append(Buffer.from('\x1b[?1049h'))
  let all = 8
  let most = 0
  for (let line = 0; line < 20_000; line++) {
    const text = Buffer.from(`line ${line}\r\n`)
    kept.append(text)
    all += text.length
    most = Math.max(most, kept.end - kept.start)
  }
  t.ok(most <= 20_000)
  t.equal(kept.end, all)
  const [modes, shown] = kept.replay()
  t.equal(modes?.toString(), '\x1b[?1049h')
  t.match(shown?.toString(), /^line \d+\r\n/)
  t.match(shown?.toString(), /line 19999\r\n$/)
  t.ok((shown?.length ?? 0) >= 9_000)
  kept.append(Buffer.alloc(100_000, 'x'))
  t.ok(kept.end - kept.start <= 20_000)
  t.equal(kept.end, all + 100_000)
})
