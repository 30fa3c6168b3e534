import t from 'tap'
import { UserError } from '../../../lib/user-error.ts'
import { logs } from '../../../tasks/services/tasks.ts'

t.test('a number of lines is a number', async t => {
  t.match(logs.args?.parse(['api', '-n', '0']), { services: ['api'], lines: 0, follow: false })
  t.match(logs.args?.parse(['--follow']), { services: ['runner', 'api', 'proxy'], lines: 50, follow: true })
  for (const text of ['', ' ', 'x', '-1', '1.5', '1e3', '0x10'])
    t.throws(() => logs.args?.parse([`--lines=${text}`]), UserError, JSON.stringify(text))
})
