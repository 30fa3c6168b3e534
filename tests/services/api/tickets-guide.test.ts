import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { EventSource } from 'undici'
import { startRig } from './rig.ts'

t.test('what docs/api.md says of tickets opens a stream in a browser', async t => {
  const rig = await startRig(t)
  const guide = await readFile(new URL('../../../docs/api.md', import.meta.url), 'utf8')
  const [, program] = /^\*\*Tickets\.\*\*.*?```js\n(.*?)```/ms.exec(guide) ?? []
  if (program === undefined) throw new Error('docs/api.md has no program that makes a ticket')
  // A page of this server has it as its base.
  const here = program.replaceAll(/(['`])\/api\//g, `$1${rig.api.url}/api/`)
  const run = new Function('token', 'EventSource', `return (async () => { ${here}\n return events })()`)
  const events: EventSource = await run(rig.alice.secret, EventSource)
  t.teardown(() => events.close())
  const [message] = await once(events, 'message')
  t.match(JSON.parse(message.data), { type: 'start' })
})
