import t from 'tap'
import { cgroupPlaces, directoriesOf, groupIn } from '../../../lib/cgroups/cgroup-places.ts'

const mount = (root: string, point: string, type: string, options: string, optional = '') =>
  `30 22 0:27 ${root} ${point} rw,relatime ${optional}- ${type} ${type} ${options}\n`

const unified = (path: string) => ({ version: 2, memory: path, pids: path, cpu: path })

t.test('version 2: beside its own group, or beside those above it', async t => {
  const mounts = mount('/', '/sys/fs/cgroup', 'cgroup2', 'rw,nsdelegate', 'shared:4 master:1 ')
  const service = '0::/user.slice/user-1000.slice/user@1000.service/app.slice/run.scope\n'
  t.same(
    cgroupPlaces(service, mounts).map(({ memory }) => memory),
    [
      '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice',
      '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service',
      '/sys/fs/cgroup/user.slice/user-1000.slice',
      '/sys/fs/cgroup/user.slice',
      '/sys/fs/cgroup',
    ],
  )
  t.same(cgroupPlaces('0::/\n', mounts), [unified('/sys/fs/cgroup')], 'of the root itself in it')
})

t.test('version 1: below its own groups, wherever each controller is mounted', async t => {
  const mounts = [
    mount('/', '/sys/fs/cgroup/memory', 'cgroup', 'rw,memory'),
    mount('/', '/sys/fs/cgroup/pids', 'cgroup', 'rw,pids'),
    mount('/', '/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct'),
    mount('/', '/sys/fs/cgroup/unified', 'cgroup2', 'rw'),
    mount('/', '/', 'ext4', 'rw,memory'),
  ].join('')
  const own = '9:name=systemd:/\n5:pids:/\n4:memory:/a:b/c\n2:cpu,cpuacct:/c\n0::/system.slice/x.service\n'
  const [first, second] = cgroupPlaces(own, mounts)
  t.same(first, {
    version: 1,
    memory: '/sys/fs/cgroup/memory/a:b/c',
    pids: '/sys/fs/cgroup/pids',
    cpu: '/sys/fs/cgroup/cpu,cpuacct/c',
  })
  t.same(
    second,
    unified('/sys/fs/cgroup/unified/system.slice'),
    'where both are there, version 2 comes later',
  )
  t.same(cgroupPlaces('4:memory:/\n5:pids:/\n', mounts), [], 'all of the controllers are needed')
})

t.test('what is mounted from a group down, as in containers', async t => {
  const mounts = mount('/docker/abc', '/sys/fs/cg\\040roup', 'cgroup2', 'rw')
  t.same(cgroupPlaces('0::/docker/abc\n', mounts), [unified('/sys/fs/cg roup')])
  t.same(cgroupPlaces('0::/docker/abc/shell\n', mounts), [unified('/sys/fs/cg roup')])
  t.same(cgroupPlaces('0::/docker/abcd\n', mounts), [], 'its own group cannot be seen')
  t.same(cgroupPlaces('', ''), [])
})

t.test('a group is as many directories as its place', async t => {
  const place = { version: 1, memory: '/m', pids: '/p', cpu: '/p' } as const
  t.same(directoriesOf(groupIn(place, 'x')), ['/m/x', '/p/x'])
})
