import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../until.ts'
import { importTask } from '../cli-rig.ts'
import { randomNumbers } from '../engine/random-graph.ts'
import { Project } from './rig.ts'

t.setTimeout(260_000)

t.test('killed in the middle of a task with outputs: the next run makes it again, and says why', async t => {
  const project = new Project(
    t,
    `${importTask}
import { existsSync, writeFileSync } from 'node:fs'
const make = task({
  describe: 'x',
  inputs: ['in.txt'],
  outputs: ['out.txt'],
  run: async () => {
    writeFileSync('out.txt', 'half')
    while (existsSync('wait')) await new Promise(resolve => setTimeout(resolve, 5))
    writeFileSync('out.txt', 'whole')
  },
})
export default { make }
`,
  )
  const output = () =>
    existsSync(join(project.path, 'out.txt')) ? readFileSync(join(project.path, 'out.txt'), 'utf8') : ''
  const killHalfWay = async (words: readonly string[]) => {
    project.write('wait', '')
    const running = project.start(words)
    await until('half of it is there', () => output() === 'half', 60_000)
    running.child.kill('SIGKILL')
    t.equal(await running.end(), 'SIGKILL')
    rmSync(join(project.path, 'wait'))
  }
  project.write('in.txt', 'one')
  await killHalfWay(['make'])
  const first = await project.run(['make'])
  t.same([first.ran, first.why('make'), output()], [['make'], [{ kind: 'never-succeeded' }], 'whole'])
  await killHalfWay(['make', '--force'])
  t.match((await project.task(['why', 'make'])).stdout, /its last run did not succeed/)
  const second = await project.run(['make'])
  t.same([second.ran, second.why('make'), output()], [['make'], [{ kind: 'unfinished' }], 'whole'])
  t.same((await project.run(['make'])).upToDate, ['make'])
})

/** `KILLS=100` tries what is rarer, `SEED=N` does a run again. */
const kills = Number(process.env.KILLS ?? 10)
const seed = Number(process.env.SEED ?? Date.now() % 100_000)

t.test(
  `${kills} kills at random in a graph of ten tasks, SEED=${seed}: in the end all is as it should be`,
  async t => {
    const project = new Project(
      t,
      `${importTask}
import { readFileSync, writeFileSync } from 'node:fs'
const tasks: Record<string, ReturnType<typeof make>> = {}
function make(i: number) {
  const needs = Object.fromEntries([i - 1, i - 3].filter(n => n >= 0).map(n => ['t' + n, 't' + n]))
  return task({
    describe: 'x',
    needs,
    inputs: ['in/' + i + '.txt'],
    outputs: ['out/' + i],
    run: async (results, { exec, root }) => {
      const text = readFileSync(root + '/in/' + i + '.txt', 'utf8') + Object.keys(results).map(name => readFileSync(root + '/out/' + name.slice(1) + '/b', 'utf8')).join('')
      await exec('mkdir', ['-p', 'out/' + i])
      writeFileSync(root + '/out/' + i + '/a', text)
      await null
      writeFileSync(root + '/out/' + i + '/b', text)
      return text
    },
  })
}
for (let i = 0; i < 10; i++) tasks['t' + i] = make(i)
export default tasks
`,
    )
    const random = randomNumbers(seed)
    const inputs = Array.from({ length: 10 }, () => 'x')
    const edit = (i: number, text: string) => {
      inputs[i] = text
      project.write(`in/${i}.txt`, text)
    }
    for (const i of inputs.keys()) edit(i, 'x')
    let cut = 0
    // Some have ended before; one at least has not.
    for (let kill = 0; kill < kills || cut === 0; kill++) {
      edit(Math.floor(random() * 10), 'xyz'[Math.floor(random() * 3)] ?? 'x')
      const running = project.start(['-j2', ...(random() < 0.2 ? ['--force'] : []), 't9'])
      // As far as a number of ends of tasks, and then a moment more.
      const ends = Math.floor(random() * 11)
      let over = false
      void running.end().then(() => {
        over = true
      })
      await until('some tasks have ended', () => over || running.stderr.split('  done in').length > ends)
      for (let turns = Math.floor(random() * 20); turns > 0; turns--) await new Promise(setImmediate)
      running.child.kill('SIGKILL')
      if ((await running.end()) === 'SIGKILL') cut++
    }
    t.comment(`${cut} runs were cut`)
    const last = await project.run(['t9'])
    t.equal(last.code, 0, last.stderr)
    t.same(last.of('run-trouble'), [])
    const expected: string[] = []
    for (const [i, input] of inputs.entries())
      expected.push(
        input +
          [i - 1, i - 3]
            .filter(n => n >= 0)
            .map(n => expected[n])
            .join(''),
      )
    const made = inputs.map((_, i) =>
      ['a', 'b'].map(name => readFileSync(join(project.path, 'out', String(i), name), 'utf8')),
    )
    t.same(
      made,
      expected.map(text => [text, text]),
    )
    t.same((await project.run(['t9'])).ran, [])
    const left = readdirSync(join(project.path, '.artifacts/task')).filter(name =>
      name.startsWith('runs.db.'),
    )
    t.same(left, [], 'and no memory was set aside')
  },
)
