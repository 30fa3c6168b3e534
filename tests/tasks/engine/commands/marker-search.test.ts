import t from 'tap'
import { MarkerSearch } from '../../../../tasks/engine/commands/marker-search.ts'

/** What came before the marker and what after, where a text comes in pieces of these lengths. */
function search(text: string, marker: string, lengths: readonly number[]) {
  const one = new MarkerSearch(Buffer.from(marker))
  let [before, after] = ['', '']
  let found = false
  let at = 0
  for (const length of [...lengths, text.length]) {
    const piece = text.slice(at, at + length)
    at += length
    if (found) after += piece
    else {
      const told = one.push(Buffer.from(piece))
      before += told.before.toString()
      found = told.after !== undefined
      after += told.after?.toString() ?? ''
    }
  }
  return { before: before + one.end().toString(), found, after }
}

const texts = ['', 'abc', 'a', 'aabc', 'aab', 'ababab', 'xabcabcy', 'abxabc', 'aabaabc', 'caba', 'abab']
const markers = ['abc', 'ab', 'a', 'aab', 'aabaabc']

t.test('wherever a text is cut', async t => {
  for (const text of texts)
    for (const marker of markers) {
      const at = text.indexOf(marker)
      const expected =
        at === -1
          ? { before: text, found: false, after: '' }
          : { before: text.slice(0, at), found: true, after: text.slice(at + marker.length) }
      for (let first = 0; first <= text.length; first++)
        for (let second = 0; second <= text.length - first; second++)
          if (JSON.stringify(search(text, marker, [first, second])) !== JSON.stringify(expected))
            t.fail(`${text} by ${marker}, cut at ${first} and ${second} more`, {
              found: search(text, marker, [first, second]),
              expected,
            })
    }
})

t.test('nothing is held back but what may be its beginning', async t => {
  const one = new MarkerSearch(Buffer.from('marker'))
  t.equal(one.push(Buffer.from('a line\n')).before.toString(), 'a line\n')
  t.equal(one.push(Buffer.from('a mar')).before.toString(), 'a ')
  t.equal(one.push(Buffer.from('tyr')).before.toString(), 'martyr')
})
