import { setTimeout as delay } from 'node:timers/promises'
import { monotonicMs } from '../../lib/monotonic.ts'
import { processTable } from '../../lib/processes/process-table.ts'
import { UserError } from '../../lib/user-error.ts'
import { membersOf } from '../sandbox/members.ts'
import { processText } from '../sandbox/process-text.ts'
import { cloneTask, type Phase } from './phase.ts'

/** How long processes may take to be gone once `down` has said that they are. */
const limitMs = 5_000
const pauseMs = 50

export async function down(phase: Phase): Promise<void> {
  await cloneTask(phase, ['down', '--yes'])
  const limit = monotonicMs() + limitMs
  let left = strays(phase.setting)
  while (left.length > 0 && monotonicMs() < limit) {
    await delay(pauseMs, undefined, { signal: phase.signal })
    left = strays(phase.setting)
  }
  if (left.length > 0)
    throw new UserError(`after "down" these processes are left: ${left.map(processText).join(', ')}`, {
      fix: 'whatever a command starts has to end with it',
    })
}

/** All of the run but those who run its phases: this process, what it is below and what is below it. */
function strays(setting: Phase['setting']): number[] {
  const parents = new Map(processTable().entries.map(({ pid, ppid }) => [pid, ppid]))
  const above = (pid: number): number[] => {
    const line: number[] = []
    for (
      let at: number | undefined = pid;
      at !== undefined && at > 1 && !line.includes(at);
      at = parents.get(at)
    )
      line.push(at)
    return line
  }
  const own = above(process.pid)
  return membersOf(setting)
    .map(({ pid }) => pid)
    .filter(pid => !own.includes(pid) && !above(pid).includes(process.pid))
}
