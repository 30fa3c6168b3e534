import t from 'tap'
import { UserError } from '../../lib/user-error.ts'

class Own extends UserError {}

/** The class as a second copy of its module has it. */
async function other(): Promise<typeof UserError> {
  const { href } = new URL('../../lib/user-error.ts?other', import.meta.url)
  const module: { UserError: typeof UserError } = await import(href)
  return module.UserError
}

t.test('an instance of any copy is a UserError', async t => {
  const Other = await other()
  t.not(Other, UserError)
  const error: unknown = new Other('a mistake', { fix: 'mend it' })
  t.ok(error instanceof UserError)
  t.ok(new UserError('a mistake') instanceof Other)
  t.equal(error instanceof UserError && error.toText(), 'a mistake\n  mend it')
})

t.test('a class that extends it has only instances of its own', async t => {
  const Other = await other()
  class OwnOfOther extends Other {}
  t.ok(new Own('x') instanceof Own)
  t.ok(new Own('x') instanceof UserError)
  t.ok(new Own('x') instanceof Other)
  t.ok(new OwnOfOther('x') instanceof UserError)
  for (const error of [new UserError('x'), new Other('x'), new OwnOfOther('x')]) t.notOk(error instanceof Own)
})

t.test('nothing else is one', t => {
  for (const value of [undefined, null, 'UserError', 1, {}, { name: 'UserError' }, new Error('x'), UserError])
    t.notOk(value instanceof UserError)
  t.end()
})

t.test('what makes it one is not shown', t => {
  t.strictSame(Reflect.ownKeys(new UserError('x')).sort(), ['fix', 'message', 'name', 'stack'])
  t.end()
})
