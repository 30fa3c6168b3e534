import t from 'tap'
import { worktreeId } from '../../../../services/contract/ids.ts'
import type { WorktreeStatus } from '../../../../services/contract/worktree-state.ts'
import { chooseEvicted } from '../../../../services/runner/worktrees/choose-evicted.ts'

const row = (status: WorktreeStatus, bytes: number | null = 1) => ({ id: worktreeId.create(), status, bytes })

t.test('the least recently used go where there are too many, or too many bytes', t => {
  const warm = [row('warm', 10), row('warm', 20), row('warm', 30)]
  const cases = [
    [{ keep: 3, totalBytes: 0 }, 0],
    [{ keep: 2, totalBytes: 0 }, 1],
    [{ keep: 0, totalBytes: 0 }, 3],
    [{ keep: 3, totalBytes: 60 }, 0],
    [{ keep: 3, totalBytes: 59 }, 1],
    [{ keep: 3, totalBytes: 10 }, 2],
    [{ keep: 3, totalBytes: 9 }, 3],
  ] as const
  for (const [limits, evicted] of cases)
    t.same(chooseEvicted(warm, limits), warm.slice(3 - evicted), JSON.stringify(limits))
  t.end()
})

t.test('one that is being scrubbed will be one of the pool, one that is being removed is none', t => {
  const last = row('warm')
  t.same(chooseEvicted([row('scrubbing', null), last], { keep: 1, totalBytes: 0 }), [last])
  t.same(chooseEvicted([row('removing'), last], { keep: 1, totalBytes: 0 }), [])
  t.end()
})
