import t from 'tap'
import {
  cycleMs,
  longestRange,
  type PidMoment,
  parseNewestPid,
  pidMoment,
  rememberSpawned,
  unknownPids,
} from '../../../lib/processes/pid-sequence.ts'
import { ended, stranger } from './zoo.ts'

t.test('a line of /proc/loadavg, and what systems that imitate it say', async t => {
  t.equal(parseNewestPid('0.52 0.41 0.24 1/89 16045\n'), 16045)
  for (const text of ['0.00 0.00 0.00 0/0 0\n', '0.52 0.41 0.24', '', '0.52 0.41 0.24 1/89 x'])
    t.equal(parseNewestPid(text), undefined, JSON.stringify(text))
})

// Numbers beyond any limit of pids, so that no process of this test has them.
const base = 2 ** 40
const from: PidMoment = { pid: base, at: 1_000 }
const to = (pid: number, at = 1_001): PidMoment => ({ pid: base + pid, at })
rememberSpawned(base + 2, 1_000.5)
rememberSpawned(base + 3, 999)

const cases: { name: string; to: PidMoment; pids: number[] | undefined }[] = [
  { name: 'nothing was given', to: to(0), pids: [] },
  {
    name: 'one that was spawned here since is known, one from before is another by now',
    to: to(4),
    pids: [1, 3, 4],
  },
  { name: 'numbers started anew', to: to(-1), pids: undefined },
  { name: 'they may have gone round', to: to(1, 1_000 + cycleMs + 1), pids: undefined },
  { name: 'too many to look at', to: to(longestRange + 1), pids: undefined },
]
for (const { name, to, pids } of cases) {
  t.same(
    unknownPids(from, to),
    pids?.map(pid => base + pid),
    name,
  )
}

t.test('what is remembered is bounded, and the latest is not forgotten', async t => {
  for (let i = 1; i <= 10_000; i++) rememberSpawned(base + i, 2_000)
  const early = unknownPids({ pid: base + 99, at: 1_999 }, { pid: base + 100, at: 2_001 })
  t.same(early, [base + 100])
  const late = unknownPids({ pid: base + 9_900, at: 1_999 }, { pid: base + 10_000, at: 2_001 })
  t.same(late, [])
})

t.test(
  'on Linux a new process has a pid after the moment before it, and not after the one behind it',
  async t => {
    const before = pidMoment()
    const child = stranger()
    const after = pidMoment()
    child.kill()
    await ended(child)
    if (process.platform !== 'linux') {
      t.equal(before, undefined)
      return
    }
    if (before === undefined || after === undefined) throw new Error('the system does not tell')
    // Once in many thousand processes the numbers start anew right here.
    if (after.pid >= before.pid) t.ok(unknownPids(before, after)?.includes(child.pid ?? 0))
  },
)
