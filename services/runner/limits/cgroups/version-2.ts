import { type GroupDialect, mostTasks } from './dialect.ts'
import { numberIn, numberOf } from './kernel-numbers.ts'

/** Control groups of version 2: admin-guide/cgroup-v2 of the kernel. What is killed for want of memory is all of a group. */
export const version2: GroupDialect = {
  joining: 'cgroup.procs',
  settings: ({ memory, processes }) => [
    ...(memory === null
      ? []
      : ([
          [['memory', 'memory.max'], memory],
          [['memory', 'memory.oom.group'], 1, 'optional'],
          [['memory', 'memory.swap.max'], 0, 'optional'],
        ] as const)),
    ...(processes === null ? [] : ([[['pids', 'pids.max'], mostTasks(processes)]] as const)),
  ],
  reading: read => {
    const events = read(['memory', 'memory.events'])
    const stat = read(['cpu', 'cpu.stat'])
    const [user, system] = [numberOf('user_usec', stat), numberOf('system_usec', stat)]
    return {
      memory: numberIn(read(['memory', 'memory.peak'])),
      // `oom` counts this group's own limit, `oom_kill` whoever was killed for whatever limit.
      memoryRefused: (numberOf('oom', events) ?? 0) > 0 && (numberOf('oom_kill', events) ?? 0) > 0,
      taskRefused: (numberOf('max', read(['pids', 'pids.events'])) ?? 0) > 0,
      cpu:
        user === undefined || system === undefined ? undefined : { user: user / 1e6, system: system / 1e6 },
    }
  },
}
