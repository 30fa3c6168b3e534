import t from 'tap'
import type { DebugEngine } from '../../../../../services/contract/debug-state.ts'
import { tellProcesses } from '../../../../../services/runner/debug/attach/tell-processes.ts'
import { until } from '../../../../until.ts'
import { debugging } from '../debug-rig.ts'
import { attach, processOf, runs } from '../matrix/attach.ts'
import { attachGround, missing } from './attached-rig.ts'

t.setTimeout(240_000)

t.test(
  'only a process of the session is attached to, by one debugger that is for it',
  { skip: missing('gdb') },
  async t => {
    const ground = await attachGround(t, 'gdb')
    const { rig, session } = ground
    const { run } = debugging(rig, session, ground.client)
    const command = await runs(ground, 'spin')
    await rig.printed(session.id, command, 'spins\n')
    const { pid } = await processOf(command)
    const why = async (pid: number, of: string | null = null, engines: DebugEngine[] = ['gdb']) =>
      (await run({ program: { kind: 'process', pid, command: of }, engines })).at.end

    const nobody = 'in this session; debug.processes lists them'
    // One that is not there, that of the server, and one of another session: nobody can tell them apart.
    t.match(await why(4_194_000), {
      reason: 'launch_failed',
      message: `there is no process 4194000 ${nobody}`,
    })
    t.match(await why(process.pid), { message: `there is no process ${process.pid} ${nobody}` })
    const stranger = await rig.session(await rig.repository({ 'file.txt': '' }))
    const sleeps = await rig.queue(stranger, ['sleep', '300'])
    const theirs = (await processOf(sleeps)).pid
    t.match(await why(theirs), { message: `there is no process ${theirs} ${nobody}` })
    t.match(
      await debugging(rig, stranger, ground.client).run({
        program: { kind: 'process', pid, command: null },
        engines: ['gdb'],
      }),
      {
        at: { end: { message: `there is no process ${pid} ${nobody}` } },
      },
    )
    t.match((await why(pid, sleeps))?.message, /^there is no process/)

    t.match(
      (await why(pid, command, ['debugpy']))?.message,
      /is nothing for debugpy; expected gdb or lldb-dap/,
    )
    t.match(await tellProcesses({ store: rig.store }, session.id), [
      { pid, command, line: './app spin', engines: ['gdb', 'lldb-dap'], traced: false },
    ])
    const debug = await attach(ground, command, { breakpoints: [ground.at('spin')] })
    t.equal(debug.at.stop?.reason, 'breakpoint')
    t.match(await tellProcesses({ store: rig.store }, session.id), [{ pid, command, traced: true }])
    t.match((await why(pid))?.message, /has a debugger already/)
    await ground.state(debug, 'debug.terminate')
    await until('it to be free', async () => !(await processOf(command)).traced)
  },
)

t.test('a process is known by its number and its command', { skip: missing('debugpy') }, async t => {
  const ground = await attachGround(t, 'debugpy', { apart: true })
  const { rig, session } = ground
  const { run } = debugging(rig, session, ground.client)
  const commands = [await runs(ground, 'spin'), await runs(ground, 'spin')]
  for (const one of commands) await rig.printed(session.id, one, 'spins\n')
  const [first, second] = await Promise.all(commands.map(processOf))
  t.equal(first?.pid, second?.pid, 'each sandbox counts for itself')
  const { at } = await run({
    program: { kind: 'process', pid: first?.pid ?? 0, command: null },
    engines: ['debugpy'],
  })
  t.match(at.end, { reason: 'launch_failed', message: /name the command as well/ })
  t.match(at.end?.message, new RegExp(`${commands[0]} and ${commands[1]}`))
})
