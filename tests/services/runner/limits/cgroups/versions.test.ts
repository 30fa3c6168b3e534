import t from 'tap'
import { type GroupDialect, mostTasks } from '../../../../../services/runner/limits/cgroups/dialect.ts'
import { version1 } from '../../../../../services/runner/limits/cgroups/version-1.ts'
import { version2 } from '../../../../../services/runner/limits/cgroups/version-2.ts'

const read = (dialect: GroupDialect, files: Record<string, string>) =>
  dialect.reading(([, name]) => files[name])
const nothing = { memory: undefined, memoryRefused: false, taskRefused: false, cpu: undefined }
const none = { memory: null, processes: null }
const some = { memory: 1_000_000, processes: 10 }
const written = (dialect: GroupDialect, limits: typeof none | typeof some) =>
  dialect.settings(limits).map(([[where, name], value, need = 'needed']) => [where, name, value, need])

t.test('limits are written where there are some, into files that every kernel has or may lack', async t => {
  for (const dialect of [version1, version2]) t.same(dialect.settings(none), [])
  t.same(written(version1, some), [
    ['memory', 'memory.limit_in_bytes', 1_000_000, 'needed'],
    ['memory', 'memory.memsw.limit_in_bytes', 1_000_000, 'optional'],
    ['pids', 'pids.max', mostTasks(10), 'needed'],
  ])
  t.same(written(version2, some), [
    ['memory', 'memory.max', 1_000_000, 'needed'],
    ['memory', 'memory.oom.group', 1, 'optional'],
    ['memory', 'memory.swap.max', 0, 'optional'],
    ['pids', 'pids.max', mostTasks(10), 'needed'],
  ])
})

t.test('version 1: what it used, the exact time divided as its ticks are', async t => {
  const files = {
    'memory.max_usage_in_bytes': '4096\n',
    'memory.limit_in_bytes': '9223372036854771712\n',
    'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 0\n',
    'pids.events': 'max 0\n',
    'cpuacct.usage': '2000000000\n',
    'cpuacct.stat': 'user 150\nsystem 50\n',
  }
  t.same(read(version1, files), { ...nothing, memory: 4_096, cpu: { user: 1.5, system: 0.5 } })
  const short = { 'cpuacct.usage': '3000000\n', 'cpuacct.stat': 'user 0\nsystem 0\n' }
  t.same(read(version1, short).cpu, { user: 0.003, system: 0 }, 'shorter than a tick')
  t.same(read(version1, {}), nothing, 'of a group that is gone')
})

t.test('version 1: who is killed for want of memory elsewhere has not passed a limit', async t => {
  const killed = 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n'
  const refused = (peak: string, control: string, limit = '1000000\n') =>
    read(version1, {
      'memory.max_usage_in_bytes': peak,
      'memory.limit_in_bytes': limit,
      'memory.oom_control': control,
    }).memoryRefused
  t.equal(refused('1000000\n', killed), true)
  t.equal(refused('999424\n', killed), true, 'it asked for more than a page')
  t.equal(refused('500000\n', killed), false)
  t.equal(refused('500000\n', killed, '9223372036854771712\n'), false, 'it has no limit')
  t.equal(refused('1000000\n', 'oom_kill_disable 0\nunder_oom 0\noom_kill 0\n'), false, 'nobody was killed')
  t.equal(refused('1000000\n', 'oom_kill_disable 0\nunder_oom 0\n'), false, 'before Linux 4.13')
})

t.test('version 2: what it used', async t => {
  const files = {
    'memory.peak': '4096\n',
    'memory.events': 'low 0\nhigh 0\nmax 3\noom 0\noom_kill 0\noom_group_kill 0\n',
    'pids.events': 'max 0\n',
    'cpu.stat': 'usage_usec 2000000\nuser_usec 1500000\nsystem_usec 500000\nnr_periods 0\n',
  }
  t.same(read(version2, files), { ...nothing, memory: 4_096, cpu: { user: 1.5, system: 0.5 } })
  t.same(read(version2, { 'memory.peak': 'max\n', 'cpu.stat': '' }), nothing)
  t.same(read(version2, {}), nothing)
})

t.test('version 2: what it was refused', async t => {
  const refused = (events: string) => read(version2, { 'memory.events': events }).memoryRefused
  t.equal(refused('low 0\nhigh 0\nmax 9\noom 1\noom_kill 2\noom_group_kill 1\n'), true)
  t.equal(refused('max 0\noom 0\noom_kill 1\n'), false, 'killed for want of memory elsewhere')
  t.equal(refused('max 9\noom 0\noom_kill 0\n'), false)
  for (const dialect of [version1, version2])
    t.equal(read(dialect, { 'pids.events': 'max 12\n' }).taskRefused, true)
})

t.test('there is room for the threads of runtimes, and for what stands around a program', async t => {
  t.ok(mostTasks(1) > 128)
  t.ok(mostTasks(1_000) < 100_000)
})
