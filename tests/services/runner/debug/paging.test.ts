import t from 'tap'
import { cutText } from '../../../../services/runner/debug/cut-text.ts'
import { paged } from '../../../../services/runner/debug/operations/paged.ts'

t.test('pages', async t => {
  const all = [1, 2, 3, 4, 5]
  t.same(paged(all, 0, 2), { items: [1, 2], total: 5, next: 2 })
  t.same(paged(all, 4, 2), { items: [5], total: 5, next: null })
  t.same(paged(all, 3, 2), { items: [4, 5], total: 5, next: null })
  t.same(paged(all, 9, 2), { items: [], total: 5, next: null })
})

t.test('values are cut, never through a character', async t => {
  t.same(cutText('abc', 3), { value: 'abc', truncated: false })
  t.same(cutText('abcd', 3), { value: 'abc', truncated: true })
  t.same(cutText('ab😀', 3), { value: 'ab', truncated: true })
  t.same(cutText('a😀b', 3), { value: 'a😀', truncated: true })
})
