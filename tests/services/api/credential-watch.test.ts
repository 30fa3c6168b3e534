import { mock } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { CredentialWatch } from '../../../services/api/live/credential-watch.ts'
import { getToken } from '../../../services/store/tokens.ts'
import { startRig } from './rig.ts'

t.test('there is one look at a time, whoever leaves and joins while it is taken', async t => {
  const { store, alice } = await startRig(t)
  const watch = new CredentialWatch(store)
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  let looks = 0
  let restless = true
  const join = (): Disposable =>
    watch.watch(alice.id, credential => {
      looks++
      t.equal(credential?.id, alice.id)
      if (!restless) return
      watching[Symbol.dispose]()
      watching = join()
    })
  let watching = join()
  const next = async (): Promise<number> => {
    const before = looks
    mock.timers.tick(800)
    await getToken(store, alice.id) // asked for behind theirs
    await setImmediate()
    return looks - before
  }
  for (let i = 0; i < 5; i++) t.equal(await next(), 1)
  restless = false
  for (let i = 0; i < 3; i++) t.equal(await next(), 1)
  // Who leaves while it is taken leaves nothing behind.
  mock.timers.tick(800)
  watching[Symbol.dispose]()
  for (let i = 0; i < 3; i++) t.equal(await next(), 0)
})
