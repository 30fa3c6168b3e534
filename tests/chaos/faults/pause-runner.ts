import { setTimeout as delay } from 'node:timers/promises'
import { defaultTermMs } from '../../../services/runner/leases/lease-rules.ts'
import { pauseProcess } from '../../services/runner/pause-process.ts'
import type { Fault } from './fault.ts'
import { pidsOf } from './kill.ts'

/** The runner is stopped past its lease, while the second one takes its work, and goes on. */
export const pauseRunner: Fault = {
  name: 'pause runner',
  times: 1,
  async strike({ clone, storeFile }) {
    const [pid] = pidsOf(clone.processes(), 'runner')
    if (pid === undefined) throw new Error('there is no runner to be stopped')
    await pauseProcess(storeFile, pid)
    await delay(defaultTermMs + 2_000) // its lease counts as it is: by time alone
    process.kill(pid, 'SIGCONT')
  },
}
