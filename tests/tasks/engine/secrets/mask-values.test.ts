import { inspect } from 'node:util'
import t from 'tap'
import { UserError } from '../../../../lib/user-error.ts'
import { CommandError, commandText } from '../../../../tasks/engine/command-error.ts'
import { maskDeep, maskError } from '../../../../tasks/engine/secrets/mask-values.ts'
import { Masker } from '../../../../tasks/engine/secrets/masker.ts'

const secret = 'hunter22'
const masker = new Masker()
masker.add(secret)
masker.add('12345678')

/** What any reporter could show of an error. */
const everything = (error: unknown) =>
  `${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(error)}`

t.test('values', async t => {
  class Login {
    readonly user = 'me'
    readonly password = secret
  }
  const values: readonly [value: unknown, masked: unknown][] = [
    [`a ${secret}`, 'a ***'],
    [
      { a: [secret, { b: `${secret}!` }], [secret]: 1 },
      { a: ['***', { b: '***!' }], '***': 1 },
    ],
    [
      { pin: 12345678, big: 12345678n, other: 1234 },
      { pin: '***', big: '***', other: 1234 },
    ],
    [new Login(), { user: 'me', password: '***' }],
    [new Map([[secret, [secret]]]), new Map([['***', ['***']]])],
    [new Set([secret]), new Set(['***'])],
    [{ toJSON: () => [secret] }, ['***']],
    [
      [null, undefined, true, 1.5],
      [null, undefined, true, 1.5],
    ],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
  ]
  for (const [value, masked] of values) t.same(maskDeep(masker, value), masked, inspect(value))
})

t.test('the value itself is as it was', async t => {
  const value = { a: [secret] }
  maskDeep(masker, value)
  t.same(value, { a: [secret] })
})

t.test('without secrets nothing is copied', async t => {
  const value = { a: [secret] }
  const error = new Error(secret)
  t.equal(maskDeep(new Masker(), value), value)
  t.equal(maskError(new Masker(), error), error)
})

t.test('what leads back to itself', async t => {
  const value: { a: string; self?: unknown } = { a: secret }
  value.self = value
  const masked = maskDeep(masker, value)
  t.ok(inspect(masked).includes('[Circular'))
  t.notOk(inspect(masked).includes(secret))
  const error = new Error(secret)
  error.cause = error
  t.notOk(inspect(maskError(masker, error)).includes(secret))
})

t.test('errors keep their class and show no secret', async t => {
  const cause = Object.assign(new TypeError(`cause ${secret}`), { code: 'EACCES', path: `/${secret}` })
  const errors = [
    new Error(`failed: ${secret}`, { cause }),
    new RangeError(secret, { cause: secret }),
    new UserError(`no ${secret}`, { fix: `try ${secret}`, cause }),
    new CommandError(commandText('curl', ['-u', secret]), { kind: 'exit', code: 7 }, ['a', `b ${secret}`]),
    new AggregateError([cause, secret], secret),
  ]
  for (const error of errors) {
    const text = error.stack
    const masked = maskError(masker, error)
    t.ok(masked instanceof error.constructor, error.name)
    t.notOk(everything(masked).includes(secret), error.name)
    t.equal(error.stack, text, 'the error itself is as it was')
  }
})

t.test('a UserError and a CommandError can be shown as before', async t => {
  const mistake = maskError(
    masker,
    new UserError(`no ${secret}`, { fix: `try ${secret}`, cause: new Error('x') }),
  )
  if (!(mistake instanceof UserError)) throw new Error('another class')
  t.equal(mistake.toText(), 'no ***\n  try ***')
  t.match(mistake.cause, { message: 'x' })
  t.match(mistake.stack, /^UserError: no \*\*\*\n {4}at /)

  const failure = new CommandError(`curl ${secret}`, { kind: 'exit', code: 7 }, [`b ${secret}`])
  const masked = maskError(masker, failure)
  if (!(masked instanceof CommandError)) throw new Error('another class')
  t.equal(masked.message, 'curl *** exited with code 7')
  t.equal(masked.command, 'curl ***')
  t.same(masked.lastLines, ['b ***'])
  t.same(masked.fault, { kind: 'exit', code: 7 })
  t.ok(masked.stack?.startsWith('CommandError: curl *** exited with code 7\n'))
  t.same(Object.keys(masked), Object.keys(failure))
})

t.test('a command that was cut within a secret', async t => {
  const command = commandText('curl', ['x'.repeat(188), secret])
  t.ok(command.endsWith(' hunte…'))
  const masked = maskError(masker, new CommandError(command, { kind: 'signal', signal: 'SIGKILL' }, []))
  t.notOk(everything(masked).includes('hunt'))
  t.match(masked, { message: / \*\*\*… was ended by SIGKILL$/ })
})

t.test('what was thrown and is no error', async t => {
  t.same(maskError(masker, secret), '***')
  t.same(maskError(masker, undefined), undefined)
  t.same(maskError(masker, { reason: secret }), { reason: '***' })
})
