import t from 'tap'
import type { Ask } from '../../../../../services/contract/runner-messages.ts'
import { admitted } from '../../../../../services/runner/debug/control/admitted.ts'
import { viewer } from './viewers.ts'

t.test('what acts needs the control, for which some make way to a person; what looks does not', async t => {
  const by = viewer('ann', 'owner')
  const told: unknown[] = []
  const viewers = {
    acts: (_: unknown, work: () => Promise<string>, isPerson?: boolean) => {
      told.push(isPerson === true ? 'a person acts' : 'acts')
      return work()
    },
    looks: () => void told.push('looks'),
  }
  const asked = (operation: Ask['operation'], more: Partial<Ask> = {}) =>
    admitted({ viewers } as never, { operation, input: {}, by, ...more }, async () => 'done')
  t.equal(await asked('debug.terminate'), 'done')
  await asked('debug.terminate', { person: true })
  await asked('debug.status', { person: true })
  await asked('debug.break')
  await asked('debug.break', { input: { breakpoints: ['a.py:1'] } })
  t.same(told, ['acts', 'a person acts', 'looks', 'looks', 'acts'])
})
