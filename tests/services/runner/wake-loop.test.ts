import t from 'tap'
import { WakeLoop } from '../../../services/runner/wake-loop.ts'
import { until } from '../../until.ts'

t.test('passes follow each other, one more however often it is woken', async t => {
  let passes = 0
  let running = 0
  let release = () => {}
  const loop = new WakeLoop(
    async () => {
      t.equal(++running, 1, 'never two at a time')
      passes++
      await new Promise<void>(resolve => {
        release = resolve
      })
      running--
    },
    600_000,
    error => t.fail(String(error)),
  )
  await until('the first', () => passes === 1)
  for (let i = 0; i < 10; i++) loop.wake()
  release()
  await until('one more', () => passes === 2)
  release()
  await until('quiet', () => running === 0)
  t.equal(passes, 2)
  loop.wake()
  await until('the third', () => passes === 3)
  loop.wake()
  const disposed = loop[Symbol.asyncDispose]()
  release()
  await disposed
  loop.wake()
  t.equal(passes, 3, 'none begins after disposing')
})

t.test('a pass comes by itself, also after one that threw', async t => {
  let passes = 0
  const errors: unknown[] = []
  await using loop = new WakeLoop(
    async () => {
      if (++passes === 1) throw new Error('broken')
    },
    10,
    error => errors.push(error),
  )
  t.ok(loop)
  await until('three', () => passes >= 3)
  t.match(errors, [{ message: 'broken' }])
  t.equal(errors.length, 1)
})
