import t from 'tap'
import { identify } from '../../../lib/processes/identity.ts'
import { anyAlive } from '../../lib/processes/zoo.ts'
import { edit, files, pidsOf, taskfile } from './services-taskfile.ts'
import { animals, startWatch } from './watch-rig.ts'

t.test('a service goes on, and is started anew when what it needs has come out otherwise', async t => {
  const { place, running, waits, end } = startWatch(t, ['-w', 'front', 'check'], { taskfile, files })
  t.match(await waits(1), /2 tasks done, 3 ready/)
  const processes = await animals(running, 6)
  place.write('check.txt', '2')
  t.match(await waits(2), /db +goes on\n[\s\S]*1 task done, 1 up to date, 3 ready/)
  const names = ['server', 'front', 'db']
  t.same(
    names.map(name => pidsOf(running.stderr, name).length),
    [1, 1, 1],
  )
  place.write('src.txt', '2')
  t.match(await waits(3), /db +goes on\n/)
  t.same(
    names.map(name => pidsOf(running.stderr, name).length),
    [2, 2, 1],
    'and what needs a service, with it',
  )
  const [before = 0, now = 0] = pidsOf(running.stderr, 'server')
  t.notOk(identify(before))
  t.ok(identify(now))
  const all = [...processes, ...(await animals(running, 10))]
  t.equal(await end(), 130)
  t.notOk(anyAlive(all))
})

t.test('a failed run leaves the services as they are', async t => {
  const { place, running, waits, end } = startWatch(t, ['-w', 'server'], { taskfile, files })
  await waits(1)
  place.write('src.txt', 'broken')
  t.match(await waits(2), /failed after[\s\S]*1 failed/)
  t.ok(identify(pidsOf(running.stderr, 'server')[0] ?? 0))
  place.write('src.txt', '3')
  await waits(3)
  t.equal(pidsOf(running.stderr, 'server').length, 2)
  t.equal(await end(), 130)
})

t.test('what a task has done that returns nothing is not known, so a service is started anew', async t => {
  const { place, running, waits, end } = startWatch(t, ['-w', 'fresh', 'check'], { taskfile, files })
  await waits(1)
  place.write('check.txt', '2')
  await waits(2)
  t.equal(pidsOf(running.stderr, 'fresh').length, 2)
  t.equal(await end(), 130)
})

t.test('one that ends while nothing runs is told, and started by the next run', async t => {
  const { place, running, waits, end } = startWatch(t, ['-w', 'check'], { taskfile, files })
  await waits(1)
  const [pid = 0] = pidsOf(running.stderr, 'db')
  process.kill(pid, 'SIGKILL')
  await running.shows(/✖ db: .*SIGKILL/)
  place.write('check.txt', '2')
  await waits(2)
  t.equal(pidsOf(running.stderr, 'db').length, 2)
  t.equal(await end(), 130)
})

t.test('a change of the Taskfile ends the services, and starts them anew', async t => {
  const { place, running, waits, end } = startWatch(t, ['-w', 'check'], { taskfile, files })
  await waits(1)
  const [pid = 0] = pidsOf(running.stderr, 'db')
  const before = identify(pid)
  place.write('check.txt', '2')
  await waits(2)
  edit(place)
  await waits(3)
  t.notOk(anyAlive([before]))
  t.equal(pidsOf(running.stderr, 'db').length, 2)
  t.equal(await end(), 130)
})
