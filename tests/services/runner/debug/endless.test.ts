import t from 'tap'
import { until } from '../../../until.ts'
import { pidOf } from './debug-processes.ts'
import { groundFor } from './matrix/ground.ts'
import { type LanguageName, languages, missingFor } from './matrix/languages.ts'

type Endless = { readonly expression: string; readonly told: RegExp; readonly timeout?: number }
const goesOn = /^debugger_timeout: no result after 1 s; the expression is still running/

/** What never ends when it is evaluated, in each language. Delve's expressions call nothing, and so all of them end. */
const endless: { readonly [Name in LanguageName]?: Endless } = {
  debugpy: { expression: 'while True: pass', told: goesOn },
  gdb: { expression: 'spin()', told: goesOn },
  // lldb gives up by itself what takes longer than a moment, and puts back what stood: on a busy machine later than in a second.
  'lldb-dap': { expression: 'spin()', told: /^evaluation_failed: Execution was interrupted/, timeout: 15 },
  node: {
    expression: '(() => { for (;;); })()',
    told: /^evaluation_failed: it took too long, and was ended$/,
  },
}

t.setTimeout(260_000)

for (const [name, { expression, told, timeout = 1 }] of Object.entries(endless) as [LanguageName, Endless][])
  t.test(
    `${name}: an expression that never ends holds nobody up for longer than it may`,
    { skip: missingFor(languages[name]) ?? false },
    async t => {
      const ground = await groundFor(t, languages[name])
      const debug = await ground.run('basic', { breakpoints: [ground.at('add')] })
      t.equal(debug.at.status, 'stopped')
      const asked = performance.now()
      const { code, detail } = await ground.refusal(debug, 'debug.evaluate', { expression, timeout })
      t.match(`${code}: ${detail}`, told)
      t.ok(performance.now() - asked < 20_000, 'it is answered in time')
      const ended = await ground.state(debug, 'debug.terminate')
      t.match(ended.end, { reason: 'terminated' })
      t.equal((await ground.rig.ended(debug.command)).status, 'cancelled')
      await until('nothing to be left', () => pidOf(ground.session.id) === undefined)
    },
  )
