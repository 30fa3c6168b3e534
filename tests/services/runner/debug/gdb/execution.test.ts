import { PassThrough } from 'node:stream'
import t from 'tap'
import { BreakpointTable } from '../../../../../services/runner/debug/gdb/breakpoint-table.ts'
import { Breakpoints } from '../../../../../services/runner/debug/gdb/breakpoints.ts'
import { Execution } from '../../../../../services/runner/debug/gdb/execution.ts'
import { Logpoints } from '../../../../../services/runner/debug/gdb/logpoints.ts'
import { MiClient, MiRefusal } from '../../../../../services/runner/debug/gdb/mi-client.ts'
import { Variables } from '../../../../../services/runner/debug/gdb/variables.ts'

/** A program that stands, under a gdb that answers to commands as told. */
function standing(answer: (command: string) => readonly string[]) {
  const [output, input] = [new PassThrough(), new PassThrough()]
  const gdb = new MiClient(output, input, { record: () => undefined, closed: () => undefined })
  input.on('data', (data: Buffer) => {
    for (const line of `${data}`.trim().split('\n')) {
      const [, token = '', command = ''] = /^(\d+)(.*)$/.exec(line) ?? []
      for (const said of answer(command)) output.write(`${said.replace('%', token)}\n`)
    }
  })
  const events: string[] = []
  const ends: unknown[] = []
  const table = new BreakpointTable(() => undefined)
  const logpoints = new Logpoints(gdb, () => undefined)
  const breakpoints = new Breakpoints(gdb, table, logpoints, async () => true)
  const handlers = { event: (name: string) => events.push(name), ended: (end: unknown) => ends.push(end) }
  const parts = { table, breakpoints, variables: new Variables(gdb) }
  const execution = new Execution(gdb, parts, handlers, pid => `kill ${pid}`)
  execution.heard({ reason: 'signal-received', 'signal-name': 'SIGUSR1', 'thread-id': '1' })
  return { execution, events, ends }
}

const gone = `%^error,msg="Couldn't get registers: No such process."`

t.test('a program that was killed while it stood has ended, however long that takes it', async t => {
  let looks = 0
  const { execution, events, ends } = standing(command => {
    if (command.includes('info proc status'))
      return [`~"State:\\t${++looks < 40 ? 'R (running)' : 'Z (zombie)'}\\n"`, '%^done']
    return command === '-exec-continue' ? [gone] : ['%^done']
  })
  await execution.continue()
  t.same(events, ['stopped', 'exited', 'terminated'])
  t.same(ends, [{ exitCode: 137, signal: 'SIGKILL' }])
  execution.heard({ reason: 'exited-signalled', 'signal-name': 'SIGKILL' })
  t.equal(ends.length, 1, 'told once')
})

t.test('one that gdb refuses to send on for another reason stands where it did', async t => {
  const { execution, ends } = standing(command =>
    command === '-exec-continue'
      ? ['%^error,msg="Cannot insert breakpoint 1."']
      : command.includes('info proc status')
        ? ['~"State:\\tt (tracing stop)\\n"', '%^done']
        : ['%^done'],
  )
  await t.rejects(execution.continue(), new MiRefusal('Cannot insert breakpoint 1.'))
  t.equal(execution.stop['signal-name'], 'SIGUSR1')
  t.same(ends, [])
})
