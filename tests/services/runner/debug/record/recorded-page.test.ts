import t from 'tap'
import { recordedPage } from '../../../../../services/runner/debug/record/recorded-page.ts'

const elements = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => ({ name: `[${from + at}]` }))
const asked = (start: number, count: number, variables: object[], more: object = {}) => ({
  ...{ command: 'variables', by: null, answer: { ok: true as const, body: { variables } } },
  parameters: { variablesReference: 5, filter: 'indexed', start, count, ...more },
})
const page = (start: number, count: number, ...exchanges: Parameters<typeof recordedPage>[2]) =>
  recordedPage('variables', { variablesReference: 5, filter: 'indexed', start, count }, exchanges)?.variables

t.test('a page is put together out of those that were asked for', async t => {
  const some = [asked(0, 3, elements(0, 3)), asked(3, 3, elements(3, 6))]
  t.same(page(0, 6, ...some), elements(0, 6))
  t.same(page(2, 2, ...some), elements(2, 4))
  t.same(page(5, 100, ...some), elements(5, 6), 'as much of it as there is')
  t.same(page(0, 9, asked(0, 2, elements(0, 2)), asked(7, 2, elements(7, 9))), [
    ...elements(0, 2),
    ...elements(7, 9),
  ])
  t.equal(page(6, 3, ...some), undefined)
})

t.test('of an adapter that has told all at once, any page is known', async t => {
  t.same(page(40, 2, asked(10, 5, elements(0, 50))), elements(40, 42))
})

t.test('where elements alone were asked for, what has a name is none', async t => {
  const named = (...exchanges: Parameters<typeof recordedPage>[2]) =>
    recordedPage('variables', { variablesReference: 5, filter: 'named', start: 0, count: 1 }, exchanges)
      ?.variables
  t.same(named(asked(0, 3, elements(0, 3))), [])
  t.equal(named(asked(0, 3, elements(0, 3), { variablesReference: 6 })), undefined)
  t.same(named(asked(0, 1, [{ name: 'length' }], { filter: 'named' })), [{ name: 'length' }])
})

t.test('what is of others does not count', async t => {
  const others = [
    asked(0, 3, elements(0, 3), { variablesReference: 6 }),
    asked(0, 3, elements(0, 3), { filter: 'named' }),
    { ...asked(0, 3, []), answer: { ok: false as const, why: 'gone' } },
    { ...asked(0, 3, elements(0, 3)), parameters: { variablesReference: 5 } },
    { ...asked(0, 3, elements(0, 3)), command: 'scopes' },
  ]
  t.equal(page(0, 3, ...others), undefined)
  t.equal(recordedPage('variables', { variablesReference: 5 }, [asked(0, 3, elements(0, 3))]), undefined)
})
