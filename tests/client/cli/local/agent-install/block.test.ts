import fc from 'fast-check'
import t from 'tap'
import { type Placed, placeBlock } from '../../../../../client/cli/local/agent-install/block.ts'

const textOf = (placed: Placed): string => {
  if (placed.kind !== 'placed') throw new Error(placed.kind)
  return placed.text
}

/** Bytes of any kind, with line ends of both kinds among them, as the block's functions see them. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 20 }).map(some => Buffer.from(some).toString('latin1')),
      fc.constantFrom('\n', '\r\n', '# A heading', '<!-- a comment -->', '\xef\xbb\xbf'),
    ),
    { maxLength: 12 },
  )
  .map(parts => parts.join(''))
const body = fc.string({ maxLength: 60 }).filter(text => !/<!--|-->|\r/.test(text))

t.test('nothing outside the block changes, whatever stands there', t => {
  fc.assert(
    fc.property(bytes, bytes, body, body, (before, after, first, second) => {
      const placed = textOf(placeBlock(before, first, false))
      if (!placed.startsWith(before)) return false
      if (placeBlock(placed, first, false).kind !== 'unchanged') return false
      const renewed = placeBlock(`${placed}${after}`, second, false)
      if (renewed.kind === 'unchanged') return first === second
      const text = textOf(renewed)
      return (
        text.startsWith(before) &&
        text.endsWith(after) &&
        placeBlock(text, second, false).kind === 'unchanged'
      )
    }),
  )
  t.end()
})

t.test('a block that was edited is left, unless it is forced', t => {
  const placed = textOf(placeBlock('# Mine\n', 'one\ntwo', false))
  const edited = `${placed.replace('two', 'three')}after\n`
  t.same(placeBlock(edited, 'one\ntwo', false), { kind: 'edited' })
  t.equal(textOf(placeBlock(edited, 'one\ntwo', true)), `${placed}after\n`)
  const converted = placed.replaceAll('\n', '\r\n')
  t.match(
    textOf(placeBlock(converted, 'new', false)),
    /^# Mine\r\n\r\n<!--.*-->\r\nnew\r\n<!--.*-->\r\n$/,
    'line ends are no edit',
  )
  t.equal(
    placeBlock(placed.replace(/start \w+/, 'start'), 'one\ntwo', false).kind,
    'edited',
    'without its sum',
  )
  t.end()
})

t.test('marks that do not say where the block is are refused with the fix', t => {
  const block = textOf(placeBlock('', 'x', false))
  const [start = '', , end = ''] = block.split('\n')
  for (const [text, reason] of [
    [start, 'the mark of its end is missing'],
    [end, 'the mark of its start is missing'],
    [`${block}${block}`, 'there are two blocks'],
    [`${start}\n${block}`, 'there are two blocks'],
    [`${end}\n${start}`, 'its end stands before its start'],
  ] as const)
    t.match(placeBlock(text, 'x', true), { kind: 'damaged', reason, fix: /\w/ })
  t.end()
})
