import t from 'tap'
import { type NeedOfService, originOf } from '../../../../tasks/engine/running/service-origin.ts'
import type { TaskState } from '../../../../tasks/engine/state.ts'

const done = (how: 'ran' | 'up-to-date', result: unknown): TaskState => ({
  kind: 'succeeded',
  how,
  durationMs: 1,
  result,
})
const need = (more: Partial<NeedOfService>): NeedOfService => ({
  state: done('up-to-date', 1),
  isRemembered: true,
  service: undefined,
  digests: { result: 'r', outputs: 'o' },
  ...more,
})

t.test('a service goes on as long as it came from the same', async t => {
  const origin = originOf([need({})])
  const cases: { what: string; needs: NeedOfService[]; same: boolean }[] = [
    { what: 'it ran, and made the same', needs: [need({ state: done('ran', 1) })], same: true },
    { what: 'another result', needs: [need({ digests: { result: 'x', outputs: 'o' } })], same: false },
    { what: 'other outputs', needs: [need({ digests: { result: 'r', outputs: 'x' } })], same: false },
    { what: 'one need more', needs: [need({}), need({})], same: false },
    {
      what: 'always runs, with a result',
      needs: [need({ state: done('ran', 1), isRemembered: false })],
      same: true,
    },
  ]
  for (const { what, needs, same } of cases) t.equal(originOf(needs) === origin, same, what)
})

t.test('what is not known is told', async t => {
  t.equal(originOf([need({ state: done('ran', undefined), isRemembered: false })]), undefined, 'no result')
  t.equal(originOf([need({ digests: { result: undefined, outputs: '' } })]), undefined, 'not comparable')
  t.equal(originOf([need({ state: { kind: 'skipped' } })]), undefined, 'not done')
  t.equal(originOf([]), '[]', 'nothing is needed')
})

t.test('a service that needs another goes on with that one', async t => {
  const on = (service: number) => originOf([need({ state: { kind: 'serving', since: 1 }, service })])
  t.equal(on(1), on(1))
  t.not(on(1), on(2))
})
