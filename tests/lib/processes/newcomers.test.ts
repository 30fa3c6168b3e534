import { spawn } from 'node:child_process'
import t from 'tap'
import { identify } from '../../../lib/processes/identity.ts'
import { noNewcomers } from '../../../lib/processes/newcomers.ts'
import { cycleMs, type PidMoment, pidMoment } from '../../../lib/processes/pid-sequence.ts'
import type { ProcessEntry } from '../../../lib/processes/process-entry.ts'
import { ended, readPids, stranger } from './zoo.ts'

const skip = process.platform === 'linux' ? false : 'the sequence of pids is of Linux'

/** Runs a shell that leaves something behind, and waits for the end of the shell itself. */
async function left(text: string, pids: number) {
  const since = pidMoment()
  const child = spawn('sh', ['-c', text], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  const root = identify(child.pid ?? 0)
  const leavings = await readPids(child, pids)
  await ended(child)
  if (since === undefined || root === undefined) throw new Error('no moment, or not started')
  return {
    since,
    root,
    leavings,
    [Symbol.dispose]() {
      for (const pid of leavings) process.kill(pid, 'SIGKILL')
    },
  }
}

const nobody = () => false

/** True as soon as it is: whatever else the machine starts meanwhile may make it uncertain for a moment. */
function certain(look: (since: PidMoment) => boolean, tries = 50): boolean {
  for (let i = 0; i < tries; i++) {
    const since = pidMoment()
    const child = stranger()
    const answer = since !== undefined && look(since)
    child.kill()
    if (answer) return true
  }
  return false
}

t.test('nobody, or a stranger', { skip }, async t => {
  t.ok(certain(since => noNewcomers(since, [], nobody)))
})

t.test('a child in the session of a root that has ended', { skip }, async t => {
  using it = await left('sleep 300 >/dev/null 2>&1 & echo pid $!', 1)
  t.notOk(noNewcomers(it.since, [it.root], nobody))
})

t.test('a daemon with a session of its own is told by its mark alone', { skip }, async t => {
  using it = await left("setsid sh -c 'echo pid $$; exec sleep 300 >/dev/null 2>&1' &", 1)
  const bears = (entry: ProcessEntry) => it.leavings.includes(entry.pid)
  t.notOk(noNewcomers(it.since, [it.root], bears))
  t.notOk(
    noNewcomers(it.since, [it.root], entry => (bears(entry) ? undefined : false)),
    'and where that cannot be read it is not certain',
  )
})

t.test('a moment that is long ago, or later than now, proves nothing', { skip }, async t => {
  t.notOk(certain(since => noNewcomers({ ...since, at: since.at - cycleMs - 1 }, [], nobody), 3))
  t.notOk(certain(since => noNewcomers({ ...since, pid: since.pid + 1_000_000 }, [], nobody), 3))
})
