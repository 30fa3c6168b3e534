import { type GroupDialect, type GroupReading, mostTasks } from './dialect.ts'
import { numberIn, numberOf } from './kernel-numbers.ts'

/** How much more than is left a process may ask for when it is killed, in bytes. */
const mostAskedAtOnce = 2 ** 18

/**
 * Control groups of version 1, which has a directory for each controller: cgroups(7), and admin-guide/cgroup-v1 of the
 * kernel. What is killed for want of memory is one process at a time.
 */
export const version1: GroupDialect = {
  // A thread moves at once; a process, by `cgroup.procs`, waits until nobody forks, which takes milliseconds.
  joining: 'tasks',
  settings: ({ memory, processes }) => [
    ...(memory === null
      ? []
      : ([
          [['memory', 'memory.limit_in_bytes'], memory],
          [['memory', 'memory.memsw.limit_in_bytes'], memory, 'optional'],
        ] as const)),
    ...(processes === null ? [] : ([[['pids', 'pids.max'], mostTasks(processes)]] as const)),
  ],
  reading: read => {
    const killed = numberOf('oom_kill', read(['memory', 'memory.oom_control'])) ?? 0
    const memory = numberIn(read(['memory', 'memory.max_usage_in_bytes']))
    const limit = numberIn(read(['memory', 'memory.limit_in_bytes']))
    return {
      memory,
      // Who is killed for want of memory elsewhere is counted as well, but has not reached the limit here. How often that
      // was reached (`memory.failcnt`) not every kernel counts.
      memoryRefused:
        killed > 0 && memory !== undefined && limit !== undefined && memory > limit - mostAskedAtOnce,
      taskRefused: (numberOf('max', read(['pids', 'pids.events'])) ?? 0) > 0,
      cpu: cpuOf(numberIn(read(['cpu', 'cpuacct.usage'])), read(['cpu', 'cpuacct.stat'])),
    }
  },
}

/** `nanoseconds` are exact; how they are divided is told in ticks. Where none has passed they are the user's, as in version 2. */
function cpuOf(nanoseconds: number | undefined, stat: string | undefined): GroupReading['cpu'] {
  if (nanoseconds === undefined) return undefined
  const [inUser, inSystem] = [numberOf('user', stat) ?? 0, numberOf('system', stat) ?? 0]
  const seconds = nanoseconds / 1e9
  const system = inSystem === 0 ? 0 : seconds * (inSystem / (inUser + inSystem))
  return { user: seconds - system, system }
}
