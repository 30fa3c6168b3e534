import t from 'tap'
import { query } from '../../services/api/log-readers.ts'
import { startRig } from '../../services/api/rig.ts'
import { tellAddress } from './told.ts'

/** The API alone, with a command that writes the time into its log. */
t.setTimeout(0)
t.test('it is followed until it is ended', { timeout: 0 }, async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id, commands } = await rig.session(['tick'])
  const [command] = commands
  if (command === undefined) throw new Error('one was queued')
  await rig.runner.start(id, command)
  const writing = setInterval(
    () => void rig.runner.write(id, command, 'stdout', `${Date.now()}\n`),
    Number(process.argv[2]),
  )
  await tellAddress({
    url: `${rig.api.url.replace('http', 'ws')}/sessions/${id}/logs?${query({ command, stream: 'stdout', follow: true })}`,
    headers: { authorization: `Bearer ${rig.alice.secret}` },
  })
  clearInterval(writing)
})
