import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { type Graph, resolveGraph } from '../../../../tasks/engine/graph.ts'
import type { ParamSource } from '../../../../tasks/engine/params/param-reader.ts'
import { type Task, task } from '../../../../tasks/engine/task.ts'
import { readTaskfile } from '../../../../tasks/engine/taskfile.ts'
import { root } from '../../cli-rig.ts'
import { planOf } from '../rig.ts'

const graphOf = (tasks: Record<string, Task>): Graph => resolveGraph(readTaskfile('Taskfile.ts', tasks))

/** A memory that is asked in front of the reader, and counts how often its task was read with zod. */
function memory() {
  const kept = new Map<string, string>()
  let declared = 0
  const serve = task({
    describe: 'Serve',
    params: z => {
      declared++
      return {
        port: z.coerce.number().default(1).meta({ env: 'PORT' }),
        since: z.coerce.date().optional(),
        size: z.bigint().optional(),
      }
    },
    run: () => {},
  })
  const remembered = {
    get: (key: string) => JSON.parse(kept.get(key) ?? 'null') ?? undefined,
    set: (key: string, value: unknown) => void kept.set(key, JSON.stringify(value)),
  }
  const read = async (words: string[], source: Partial<ParamSource> = {}) => {
    const before = declared
    const { steps } = await planOf(graphOf({ serve }), ['serve', ...words], {
      remembered,
      identityOf: () => 'one',
      ...source,
    })
    return { params: steps[0]?.params, times: declared - before }
  }
  return { read, kept }
}

t.test('what was read before is not read again', async t => {
  const { read } = memory()
  t.not((await read(['--port', '2'])).times, 0)
  t.same(await read(['--port', '2']), { params: { port: 2 }, times: 0 })
})

const others: [what: string, words: string[], source: Partial<ParamSource>][] = [
  ['other words', ['--port', '3'], {}],
  ['another value of a variable that counts', ['--port', '2'], { environment: { PORT: '9' } }],
  ['another identity', ['--port', '2'], { identityOf: () => 'two' }],
  ['another directory', ['--port', '2'], { cwd: '/tmp' }],
  ['no identity', ['--port', '2'], { identityOf: () => undefined }],
]
for (const [what, words, source] of others)
  t.test(`read again for ${what}`, async t => {
    const { read } = memory()
    await read(['--port', '2'])
    t.not((await read(words, source)).times, 0)
  })

t.test('variables that do not count change nothing', async t => {
  const { read } = memory()
  await read([], { environment: { OTHER: '1' } })
  t.equal((await read([], { environment: { OTHER: '2' } })).times, 0)
})

t.test('only what survives JSON is remembered, and nothing that was wrong', async t => {
  const { read, kept } = memory()
  await read(['--since', '2026-01-31'])
  t.match(await read(['--since', '2026-01-31']), { params: { since: new Date('2026-01-31') } })
  t.match(await read(['--size', '5']), { params: { size: 5n } })
  await t.rejects(read(['--port', 'x']))
  await t.rejects(read(['--port', 'x']), { message: '--port is "x", expected a number' })
  t.same(
    [...kept.keys()].map(key => JSON.parse(key)[2]),
    ['declarations'],
  )
})

t.test('zod is loaded for parameters that were not read before, and for nothing else', async t => {
  const script = `
    import { registerHooks } from 'node:module'
    import { task } from ${JSON.stringify(join(root, 'tasks/engine/task.ts'))}
    import { resolveGraph } from ${JSON.stringify(join(root, 'tasks/engine/graph.ts'))}
    import { readTaskfile } from ${JSON.stringify(join(root, 'tasks/engine/taskfile.ts'))}
    import { planOf } from ${JSON.stringify(join(root, 'tests/tasks/engine/rig.ts'))}
    let loaded = false
    registerHooks({ load: (url, context, next) => { loaded ||= url.includes('/node_modules/zod/'); return next(url, context) } })
    const graph = resolveGraph(readTaskfile('Taskfile.ts', {
      plain: task({ describe: 'x', run: () => {} }),
      serve: task({ describe: 'x', params: z => ({ port: z.number().default(1) }), run: () => {} }),
    }))
    const kept = new Map(JSON.parse(process.argv[1]))
    const source = { remembered: kept, identityOf: () => 'one' }
    await planOf(graph, ['plain'], source)
    if (loaded) throw new Error('loaded for a task without parameters')
    const { steps } = await planOf(graph, ['serve', '--port', '2', 'plain'], source)
    console.log(JSON.stringify({ loaded, params: steps[0].params, kept: [...kept] }))`
  const child = (kept: unknown) => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', script, JSON.stringify(kept)],
      {
        encoding: 'utf8',
      },
    )
    return stdout === '' ? { stderr } : JSON.parse(stdout)
  }
  const first = child([])
  t.match(first, { loaded: true, params: { port: 2 } })
  t.match(child(first.kept), { loaded: false, params: { port: 2 } })
})
