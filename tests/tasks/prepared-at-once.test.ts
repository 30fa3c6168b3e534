import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { until } from '../until.ts'
import { oldNode } from './cli-rig.ts'
import { createProject, touchSource } from './prepare/project.ts'

t.setTimeout(260_000)

const said = { code: 0, stdout: 'said\n' }

t.test('several first starts at once', async t => {
  const project = createProject(t)
  for (let round = 0; round < 2; round++) {
    const running = Array.from({ length: 4 }, () => project.start(['say']))
    for (const one of running) {
      t.equal(await one.end(), 0)
      t.equal(one.stdout, 'said\n')
    }
    t.match(await project.run('say'), { ...said, ran: 'prepared' })
    touchSource(project.main)
  }
})

t.test('a start that is killed while it prepares', async t => {
  const project = createProject(t)
  for (const wait of [0, 30, 300, 600, 900]) {
    rmSync(join(project.path, '.artifacts'), { recursive: true, force: true })
    const running = project.start(['say'])
    await until('a draft', () => existsSync(project.place))
    await delay(wait)
    running.child.kill('SIGKILL')
    await running.end()
    t.match(await project.run('say'), { ...said, ran: 'prepared' }, `after ${wait} ms`)
  }
})

t.test('behind the launcher on an old Node', async t => {
  const project = createProject(t)
  for (let i = 0; i < 2; i++) {
    const running = project.start(['say'], { node: oldNode(project) })
    t.equal(await running.end(), 0)
    t.equal(running.stdout, 'said\n')
    t.ok(existsSync(project.manifest))
  }
})
