import { readFileSync } from 'node:fs'
import t from 'tap'
import { enginesOfProcess } from '../../../../../services/runner/debug/attach/process-kind.ts'
import { until } from '../../../../until.ts'
import { attach, launchAt, processOf } from '../matrix/attach.ts'
import { attachGround, engines, missing, noSandbox, waits } from './attached-rig.ts'

t.setTimeout(250_000)

for (const name of engines) {
  const isNative = name === 'gdb' || name === 'lldb-dap' || name === 'delve'
  t.test(
    `${name} comes to a program that waits in a sandbox`,
    { skip: missing(name) || noSandbox },
    async t => {
      const ground = await attachGround(t, name, { apart: true })
      const { rig, state, answer, language } = ground
      const { command, feed, behind } = await waits(ground)
      const { hostPid, apart, pid } = await processOf(command)
      t.ok(apart && pid < 100, 'it has a process table of its own')
      await until(
        'it to wait',
        () =>
          enginesOfProcess(hostPid).includes(language.engine) &&
          readFileSync(`/proc/${hostPid}/stat`, 'latin1').includes(') S '),
      )
      if (isNative) {
        const debug = await attach(ground, command, { stop_on_entry: true })
        t.match(debug.at, { end: null, engine: language.engine, stop: { reason: 'entry' } })
        t.match(await answer(debug, 'debug.threads'), { threads: [{}] })
        t.match((await state(debug, 'debug.terminate')).end, { reason: 'detached', exit_code: null })
      }
      const debug = await launchAt(ground, command, { breakpoints: [behind] })
      await until('it to run on', async () => {
        const { status, end } = await state(debug, 'debug.status', { wait: 0 })
        if (end !== null) throw new Error(end.message)
        return status === 'running'
      })
      feed()
      t.match(await state(debug, 'debug.status'), {
        end: null,
        stop: { reason: 'breakpoint', breakpoints: [1] },
      })
      const { end } = await state(debug, 'debug.continue')
      const row = await rig.ended(command)
      t.match(row, { status: 'succeeded', exit_code: 0 })
      t.match(rig.stdout(row), /read hello/)
      // Its debugger may have gone with its sandbox before it could tell.
      t.equal(end?.reason, 'exited', `${end?.message}`)
      t.ok(end?.exit_code === null || (isNative && end?.exit_code === 0), `${end?.exit_code}`)
    },
  )
}
