import { spawn } from 'node:child_process'
import t from 'tap'
import { bearsMark } from '../../../lib/processes/bears-mark.ts'
import {
  environmentReader,
  isUnset,
  parseBare,
  parseStat,
  processEntry,
  processTable,
} from '../../../lib/processes/process-table.ts'
import { parsePs } from '../../../lib/processes/ps-table.ts'
import { ended } from './zoo.ts'

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

t.test('a process that has no environment', async t => {
  const line = (flags: number, startcode: string, start: string, end: string) =>
    `42 (a b) S 7 40 39 0 -1 ${flags} ${'0 '.repeat(16)}${startcode} ${'0 '.repeat(23)}${start} ${end} 0\n`
  const [code, top] = ['94129093967872', '140722353577961']
  t.equal(parseBare(line(0x40_0000, code, top, top)), true)
  t.equal(parseBare(line(0x40_0000, code, '140722353570000', top)), false, 'it has one')
  t.equal(parseBare(line(0x40_0000, '0', '0', '0')), false, 'it is becoming another program')
  t.equal(parseBare(line(0x40_0000, '0', top, top)), false, 'so it is here')
  t.equal(parseBare(line(0x40_0000, '1', '0', '0')), true, 'we may not look into it, and never will')
  t.equal(parseBare(line(0x20_8040, '0', '0', '0')), true, 'a thread of the kernel')
  t.equal(parseBare(line(0x40_0004, '0', '0', '0')), false, 'one that ends may have had one')
})

t.test('that a variable is not set is certain, or it is not said', async t => {
  t.ok(isUnset(process.pid, 'NO_SUCH_VARIABLE'))
  t.notOk(isUnset(process.pid, 'PATH'))
  t.notOk(isUnset(2 ** 30, 'PATH'), 'nobody is there to be asked')
  const bare = spawn('/bin/sleep', ['300'], { env: {} })
  t.ok(bare.pid !== undefined && isUnset(bare.pid, 'PATH'), 'it has no environment at all')
  bare.kill()
  await ended(bare)
})

t.test(
  'a process that becomes another program again and again is never taken for one without its mark',
  async t => {
    const directory = t.testdir({ again: 'exec sh "$0"\n' })
    const child = spawn('sh', [`${directory}/again`], {
      env: { ...process.env, MARK: 'a:b' },
      stdio: 'ignore',
    })
    const pid = child.pid ?? -1
    const read = environmentReader()
    const verdicts = { yes: 0, unknown: 0, no: 0 }
    const end = performance.now() + 2_000
    while (performance.now() < end) {
      const bears = bearsMark(pid, 'MARK', mark => mark === 'b', read)
      verdicts[bears === undefined ? 'unknown' : bears ? 'yes' : 'no']++
    }
    child.kill('SIGKILL')
    await ended(child)
    t.equal(verdicts.no, 0, JSON.stringify(verdicts))
    t.ok(verdicts.yes > 0)
  },
)

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
