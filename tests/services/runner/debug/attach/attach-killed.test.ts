import t from 'tap'
import { until } from '../../../../until.ts'
import { pidOf } from '../debug-processes.ts'
import { attach, processOf, runs } from '../matrix/attach.ts'
import { attachGround, engines, missing } from './attached-rig.ts'

t.setTimeout(250_000)

for (const name of engines)
  t.test(
    `a program that is killed while ${name} has it stand has ended`,
    { skip: missing(name) },
    async t => {
      const ground = await attachGround(t, name)
      const { state, client, session, rig } = ground
      const command = await runs(ground, 'spin')
      await rig.printed(session.id, command, 'spins\n')
      const debug = await attach(ground, command, { breakpoints: [ground.at('spin')] })
      t.equal(debug.at.stop?.reason, 'breakpoint', JSON.stringify(debug.at.end))
      process.kill((await processOf(command)).hostPid, 'SIGKILL')
      // It may have been noticed by then, and be refused for that.
      await client.ask(debug.id, 'debug.continue', { wait: 60 })
      await rig.ended(debug.command)
      const { status, end } = await state(debug, 'debug.status')
      t.match({ status, reason: end?.reason }, { status: 'ended', reason: 'exited' })
      t.ok(end?.exit_code === null || end?.exit_code === 137, `${end?.exit_code}`)
      t.match(await rig.ended(command), { status: 'failed', exit_code: 137 })
      await until('nothing to be left', () => pidOf(session.id) === undefined)
    },
  )
