import t from 'tap'
import { type RunnerToken, runnerToken, worktreeId } from '../../../../services/contract/ids.ts'
import type { WorktreeStatus } from '../../../../services/contract/worktree-state.ts'
import { chooseEvicted } from '../../../../services/runner/worktrees/choose-evicted.ts'

type Values = { runner_token?: RunnerToken; removal_requested?: number }

const row = (status: WorktreeStatus, bytes: number | null = 1, values: Values = {}) => ({
  ...{ id: worktreeId.create(), status, bytes, runner_token: null, removal_requested: 0 },
  ...values,
})

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

t.test(
  'one that waits to be scrubbed goes as one that is warm does; one that a runner works on does not',
  t => {
    const [first, waits] = [row('warm'), row('scrubbing')]
    const worked = row('scrubbing', 1, { runner_token: runnerToken.parse(1) })
    t.same(chooseEvicted([first, waits, worked], { keep: 1, totalBytes: 0 }), [waits])
    t.end()
  },
)

t.test('none is kept of a repository that is to be removed', t => {
  const gone = row('warm', 1, { removal_requested: 1 })
  t.same(chooseEvicted([gone, row('warm')], { keep: 8, totalBytes: 0 }), [gone])
  t.end()
})

t.test('one that is being scrubbed will be one of the pool, one that is being removed is none', t => {
  const last = row('warm')
  t.same(chooseEvicted([row('scrubbing', null), last], { keep: 1, totalBytes: 0 }), [last])
  t.same(chooseEvicted([row('removing'), last], { keep: 1, totalBytes: 0 }), [])
  t.end()
})
