import t from 'tap'
import { ExitStatuses } from '../../../../../services/runner/debug/lldb/exit-statuses.ts'

const line = (pid: number, how: string) =>
  Buffer.from(`x waitpid(-1, &status, _) = ${pid}, status = ${how}\n`)

t.test('how processes have ended stands in the log, in whatever pieces that comes', async t => {
  const statuses = new ExitStatuses()
  const log = Buffer.concat([
    line(1, 'Exited with status 3'),
    Buffer.from('no\n'),
    line(2, 'Killed by signal 9'),
  ])
  for (const byte of log) statuses.push(Buffer.from([byte]))
  t.same([statuses.of(1), statuses.of(2), statuses.of(3)], [3, 137, undefined])
})

t.test('a log without an end fills no memory', async t => {
  const statuses = new ExitStatuses()
  for (let pid = 1; pid <= 1_001; pid++) statuses.push(line(pid, 'Exited with status 0'))
  t.same([statuses.of(1), statuses.of(2), statuses.of(1_001)], [undefined, 0, 0])
})
