import t from 'tap'
import { logs, restart } from '../../../tasks/services/tasks.ts'
import { readParams } from '../read-params.ts'

t.test('a number of lines is a number', async t => {
  t.match(await readParams(logs, ['api', '-n', '0']), { service: 'api', lines: 0, follow: false })
  t.match(await readParams(logs, ['--follow']), { service: undefined, lines: 50, follow: true })
  for (const text of ['', ' ', 'x', '-1', '1.5', '1e3', '0x10', '1000000000'])
    await t.rejects(
      readParams(logs, [`--lines=${text}`]),
      { name: 'UserError', message: `--lines is ${JSON.stringify(text)}, expected ` },
      JSON.stringify(text),
    )
})

t.test('a service is one of three', async t => {
  t.match(await readParams(restart, ['api']), { service: 'api' })
  await t.rejects(readParams(restart, ['apy']), {
    message: 'SERVICE is "apy", expected one of runner, api, proxy',
    fix: 'did you mean "api"?',
  })
  await t.rejects(readParams(restart, []), {
    message: 'SERVICE (which one) is missing',
    fix: 'usage: task alone SERVICE [--config FILE…]',
  })
})
