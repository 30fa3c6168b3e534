import t from 'tap'
import {
  environmentReader,
  isSettled,
  parseBecoming,
  parseStat,
  processEntry,
  processTable,
} from '../../../lib/processes/process-table.ts'
import { parsePs } from '../../../lib/processes/ps-table.ts'

t.test('a line of /proc/PID/stat', async t => {
  const tail = '2 4194560 1 0 0 0 1 1 0 0 20 0 1 0 98765 100 1 184'
  t.match(parseStat(`42 (a) S 7 40 39 0 -1 ${tail.slice(2)}`, 'boot'), {
    pid: 42,
    ppid: 7,
    pgid: 40,
    sid: 39,
    startTime: 'boot:98765',
    startOrder: 98765,
    zombie: false,
    stopped: false,
  })
  const odd = parseStat(`42 (x) R 1 (y)\n) T 7 40 39 0 -1 ${tail.slice(2)}`, 'boot')
  t.match(odd, { ppid: 7, stopped: true }, 'a name may hold parentheses, spaces and line ends')
  t.match(parseStat(`42 (z) Z 7 40 39 0 -1 ${tail.slice(2)}`, 'boot'), { zombie: true })
  for (const broken of ['', '42', '42 (x', '42 (x) S 1']) t.equal(parseStat(broken, 'boot'), undefined)
})

t.test('a process that is becoming another program', async t => {
  const line = (flags: number, startcode: string, end: string) =>
    `42 (a b) S 7 40 39 0 -1 ${flags} ${'0 '.repeat(16)}${startcode} ${'0 '.repeat(24)}${end} 0\n`
  t.equal(parseBecoming(line(0x40_0000, '0', '0')), true)
  t.equal(parseBecoming(line(0x40_0000, '94129093967872', '140722353577961')), false)
  t.equal(parseBecoming(line(0x40_0000, '1', '0')), false, 'we may not look into it, and never will')
  t.equal(parseBecoming(line(0x20_8040, '0', '0')), false, 'a thread of the kernel')
  t.equal(parseBecoming(line(0x40_0004, '0', '0')), false, 'one that ends')
  t.ok(isSettled(process.pid))
  t.notOk(isSettled(2 ** 30))
})

t.test('lines of ps', async t => {
  const text = `    1     0     1 Ss   Mon Jan  5 10:00:00 2026
  812     1   812 Z+   Mon Jan  5 10:00:01 2026\n\nwarning: something\n`
  t.match(parsePs(text), [
    { pid: 1, ppid: 0, pgid: 1, sid: 1, startTime: 'Mon Jan  5 10:00:00 2026', zombie: false },
    { pid: 812, ppid: 1, pgid: 812, zombie: true },
  ])
  const [first, second] = parsePs(text)
  t.equal((second?.startOrder ?? 0) - (first?.startOrder ?? 0), 1000)
})

t.test('this process is in the table', async t => {
  const own = processEntry(process.pid)
  t.match(own, { pid: process.pid, ppid: process.ppid, zombie: false })
  t.match(
    processTable().entries.find(entry => entry.pid === process.pid),
    own,
  )
  t.equal(processEntry(2 ** 30), undefined)
})

t.test('a variable of the environment that a process was started with', async t => {
  const read = environmentReader()
  t.equal(read(process.pid, 'PATH'), process.env.PATH)
  t.equal(read(process.pid, 'NO_SUCH_VARIABLE'), undefined)
  t.equal(read(process.pid, 'ATH'), undefined, 'whole names only')
})
