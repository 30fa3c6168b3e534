import t from 'tap'
import { CommandError } from '../../../tasks/engine/command-error.ts'

t.test('an instance of any copy is a CommandError', async t => {
  const { href } = new URL('../../../tasks/engine/command-error.ts?other', import.meta.url)
  const { CommandError: Other }: { CommandError: typeof CommandError } = await import(href)
  class Own extends CommandError {}
  t.not(Other, CommandError)
  const error = new Other('make', { kind: 'exit', code: 2 }, ['no rule'])
  t.ok(error instanceof CommandError)
  t.match(error, { message: 'make exited with code 2', lastLines: ['no rule'] })
  t.ok(new CommandError('make', { kind: 'signal', signal: 'SIGINT' }, []) instanceof Other)
  t.ok(new Own('make', { kind: 'exit', code: 2 }, []) instanceof Other)
  t.notOk(error instanceof Own)
  for (const value of [undefined, {}, new Error('x')]) t.notOk(value instanceof CommandError)
})
