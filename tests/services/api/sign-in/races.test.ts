import { scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import t from 'tap'
import type { Derive } from '../../../../services/api/sign-in/password-hash.ts'
import { startRig } from '../rig.ts'
import { cheapPasswords } from './cheap-passwords.ts'

/** What happens to a password while another one is being compared. */

const derive: Derive = promisify(scrypt)
const password = 'correct-horse-7-battery'
const [second, third] = ['another-horse-8-stable', 'the-third-horse-9-barn']

/** Holds every comparison from `arm` on until `open`. */
function gated() {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  let held = 0
  let isArmed = false
  const passwords = cheapPasswords(async (...rest: Parameters<Derive>) => {
    if (isArmed) {
      held++
      await gate
    }
    return derive(...rest)
  })
  return {
    passwords,
    open,
    arm: () => {
      isArmed = true
    },
    get held() {
      return held
    },
  }
}

t.test('of two who change one password at the same time one has', async t => {
  const gate = gated()
  const rig = await startRig(t, { passwords: gate.passwords })
  await rig.call('users.password', { user: 'alice', password }, rig.admin)
  gate.arm()
  const change = (wanted: string) =>
    rig.send('/me/password', { method: 'POST', body: { old_password: password, password: wanted } })
  const both = [change(second), change(third)]
  while (gate.held < 2) await new Promise(setImmediate)
  gate.open()
  const statuses = (await Promise.all(both)).map(({ status }) => status)
  t.same(statuses.toSorted(), [200, 422], 'the other has to know the new one')
  const works = async (word: string) =>
    (
      await rig.send('/auth/login', {
        ...{ method: 'POST', token: null, body: { name: 'alice', password: word } },
      })
    ).status
  t.equal(await works(statuses[0] === 200 ? second : third), 200)
  t.equal(await works(statuses[0] === 200 ? third : second), 401)
})

t.test('who signs in with a password that is another one by then does not', async t => {
  const gate = gated()
  const rig = await startRig(t, { passwords: gate.passwords })
  await rig.call('users.password', { user: 'alice', password }, rig.admin)
  gate.arm()
  const signing = rig.send('/auth/login', {
    ...{ method: 'POST', token: null, body: { name: 'alice', password } },
  })
  while (gate.held < 1) await new Promise(setImmediate)
  const row = await rig.store.write(transaction =>
    transaction
      .updateTable('users')
      .set({ password_hash: '$scrypt$another' })
      .where('name', '=', 'alice')
      .returning('id')
      .executeTakeFirst(),
  )
  t.ok(row)
  gate.open()
  t.equal((await signing).status, 401)
  t.same((await rig.call('sign_ins.list', {}, rig.admin)).items, [])
})
