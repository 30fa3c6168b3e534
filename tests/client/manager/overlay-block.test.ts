import fc from 'fast-check'
import t from 'tap'
import { joined, parted } from '../../../client/manager/overlay-block.ts'

const foreign = fc
  .array(fc.oneof(fc.string(), fc.constantFrom('\n', '\r\n', '# a comment', '\ufeff', '[servers.mine]')), {
    maxLength: 10,
  })
  .map(parts => parts.join(''))

t.test('nothing outside the block changes, whatever stands there', t => {
  fc.assert(
    fc.property(foreign, foreign, foreign, (before, first, second) => {
      const once = joined(parted(before, 'x'), `${first}\n`)
      const twice = joined(parted(`${once}${second}`, 'x'), 'other\n')
      return (
        once.startsWith(before) &&
        twice.startsWith(before) &&
        twice.endsWith(second) &&
        parted(twice, 'x').inner === 'other\n'
      )
    }),
  )
  t.end()
})

t.test('marks that are no pair are told, and nothing is guessed', t => {
  const text = joined(parted('', 'x'), 'a = 1\n')
  const [start = '', , end = ''] = text.split('\n')
  for (const wrong of [start, end, `${end}\n${start}\n`, `${text}${text}`])
    t.throws(() => parted(wrong, 'servers.toml'), {
      message: /^servers\.toml: the marks .* are not one pair/,
    })
  t.same(parted(text.replaceAll('\n', '\r\n'), 'x'), { before: '', inner: 'a = 1\r\n', after: '' })
  t.end()
})
