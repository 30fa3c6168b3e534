import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { pastTasks, RunHistory } from '../../../../tasks/engine/memory/history.ts'
import { Memory } from '../../../../tasks/engine/memory/memory.ts'
import { until } from '../../../until.ts'

class CountedMemory extends Memory {
  transactions = 0

  override together(work: () => void): void {
    this.transactions++
    super.together(work)
  }
}

const succeeded = { kind: 'succeeded', how: 'ran', durationMs: 1, result: undefined } as const

function begun(t: Test) {
  const path = join(t.testdir(), 'runs.db')
  const memory = new CountedMemory({ path, taskfile: 'Taskfile.ts', now: Date.now })
  memory.beginWriting()
  const history = new RunHistory({
    ...{ memory, id: 'run', words: [], startedAt: Date.now() },
    ...{ keepsResult: () => false, errorLine: String },
  })
  /** As another process sees it, or the one that comes after a kill. */
  const written = () => {
    using other = new Memory({ path, taskfile: 'Taskfile.ts', now: Date.now })
    return pastTasks(other, 'run').map(({ name }) => name)
  }
  t.teardown(() => memory.close())
  return { memory, history, written }
}

t.test('a task that has ended is written down though the run goes on', async t => {
  const { history, written } = begun(t)
  history.ended('one', succeeded)
  await until('one is written down', () => written().length === 1)
  history.ended('two', succeeded)
  await until('two is written down', () => written().length === 2)
  t.same(written(), ['one', 'two'])
})

t.test('those that end within moments are written together', async t => {
  const { memory, history, written } = begun(t)
  const began = performance.now()
  const names = Array.from({ length: 40 }, (_, index) => `t${index}`)
  for (const name of names) {
    history.ended(name, succeeded)
    await setTimeout(1)
  }
  await until('all are written down', () => written().length === names.length)
  t.same(written(), names)
  t.ok(memory.transactions <= 3 + (performance.now() - began) / 20, `${memory.transactions}`)
})

t.test('what is not written down yet as the run is over is written with its end', async t => {
  const { history, written } = begun(t)
  history.ended('one', succeeded)
  history.ended('two', succeeded)
  history.finish('succeeded', Date.now())
  t.same(written(), ['one', 'two'])
})
