import t from 'tap'
import { type Graph, resolveGraph } from '../../../../tasks/engine/graph.ts'
import { environmentOf } from '../../../../tasks/engine/params/plan-params.ts'
import { type Task, task } from '../../../../tasks/engine/task.ts'
import { readTaskfile } from '../../../../tasks/engine/taskfile.ts'
import { planOf } from '../rig.ts'

const graphOf = (tasks: Record<string, Task>): Graph => resolveGraph(readTaskfile('Taskfile.ts', tasks))

const serve = task({
  describe: 'Serve',
  params: z => ({
    port: z.coerce.number().int().min(1).max(65_535).default(8000).meta({ env: 'PORT', short: 'p' }),
    size: z.number().optional(),
    big: z.bigint().optional(),
    mode: z.enum(['dev', 'live']).default('dev').meta({ env: 'MODE' }),
    verbose: z.boolean().default(false).meta({ env: 'VERBOSE' }),
    tags: z.array(z.string().min(2)).default([]).meta({ env: 'TAGS' }),
    ports: z.array(z.int()).max(3).default([]),
    since: z.coerce.date().optional(),
    url: z.url().optional(),
    id: z.string().regex(/^id-/).optional(),
    even: z.number().multipleOf(2).optional(),
    limit: z.union([z.literal('none'), z.number().max(9)]).optional(),
    level: z.literal([1, 2]).optional(),
    own: z.string().min(3, 'too short to be one').optional(),
    odd: z
      .string()
      .refine(text => text.length % 2 === 1, 'has to be odd')
      .optional(),
    late: z
      .string()
      .refine(async text => text !== 'never', 'is never')
      .optional(),
  }),
  run: () => {},
})

const read = async (words: string[], environment: Record<string, string> = {}) => {
  const { steps } = await planOf(graphOf({ serve }), ['serve', ...words], { environment })
  return steps[0]?.params
}

t.test('from flag, else environment, else default', async t => {
  const defaults = { port: 8000, mode: 'dev', verbose: false, tags: [], ports: [] }
  t.same(await read([]), defaults)
  t.same(await read([], { PORT: '1', MODE: 'live', VERBOSE: 'yes', TAGS: 'aa, bb,' }), {
    ...defaults,
    port: 1,
    mode: 'live',
    verbose: true,
    tags: ['aa', 'bb'],
  })
  t.same(
    await read(['-p2', '--mode=dev', '--no-verbose', '--tags', 'cc'], {
      PORT: '1',
      MODE: 'live',
      VERBOSE: '1',
      TAGS: 'aa',
    }),
    { ...defaults, port: 2, tags: ['cc'] },
  )
  t.same(await read([], { PORT: '', MODE: '', VERBOSE: '', TAGS: '' }), defaults, 'empty is not set')
})

t.test('texts become what the schema takes', async t => {
  t.match(
    await read([
      '--size',
      '-1.5e3',
      '--big',
      '12345678901234567890',
      '--ports',
      '1',
      '--ports=2',
      '--limit',
      '3',
      '--level=2',
    ]),
    { size: -1500, big: 12345678901234567890n, ports: [1, 2], limit: 3, level: 2 },
  )
  t.match(await read(['--limit', 'none', '--since', '2026-01-31', '--odd', 'abc', '--late', 'now']), {
    limit: 'none',
    since: new Date('2026-01-31'),
    odd: 'abc',
  })
})

const bad: [words: string[], message: string, fix?: string][] = [
  [['--port', 'x'], '--port is "x", expected a whole number'],
  [['--port', ''], '--port is "", expected a whole number'],
  [['--port', '0x10'], '--port is "0x10", expected a whole number'],
  [['--port', '1e3'], '--port is "1e3", expected a whole number'],
  [['--port', '1.5'], '--port is "1.5", expected a whole number'],
  [['-p0'], '--port is "0", expected at least 1'],
  [['-p', '-1'], '--port is "-1", expected at least 1'],
  [['--port=65536'], '--port is "65536", expected at most 65535'],
  [['--size', 'Infinity'], '--size is "Infinity", expected a number'],
  [['--big', '1.5'], '--big is "1.5", expected a whole number'],
  [['--big', ''], '--big is "", expected a whole number'],
  [['--mode', 'liv'], '--mode is "liv", expected one of dev, live', 'did you mean "live"?'],
  [['--mode', 'zzzz'], '--mode is "zzzz", expected one of dev, live', 'see task serve --help'],
  [['--tags', 'aa', '--tags', 'b'], '--tags is "b", expected at least 2 characters'],
  [['--ports', '1', '--ports', 'x'], '--ports is "x", expected a whole number'],
  [
    ['--ports', '1', '--ports', '2', '--ports', '3', '--ports', '4'],
    '--ports is "1 2 3 4", expected at most 3 values',
  ],
  [['--since', 'soon'], '--since is "soon", expected a date'],
  [['--url', 'x'], '--url is "x", expected a URL'],
  [['--id', 'x'], '--id is "x", expected a text like /^id-/'],
  [['--even', '3'], '--even is "3", expected a multiple of 2'],
  [['--limit', 'some'], '--limit is "some", expected none, or a number'],
  [['--level', '3'], '--level is "3", expected one of 1, 2'],
  [['--own', 'ab'], '--own is "ab", too short to be one'],
  [['--odd', 'ab'], '--odd is "ab", has to be odd'],
  [['--late', 'never'], '--late is "never", is never'],
  [
    ['--mode', 'liv', '--port', '0', '--url', ''],
    '--port is "0", expected at least 1\n--mode is "liv", expected one of dev, live\n--url is "", expected a URL',
    'did you mean "live"?',
  ],
]
for (const [words, message, fix] of bad)
  t.test(`bad: ${words.join(' ')}`, async t => {
    await t.rejects(read(words), { name: 'UserError', message, ...(fix !== undefined && { fix }) })
  })

t.test('bad in the environment', async t => {
  const environment = { PORT: 'x', VERBOSE: 'maybe', MODE: 'alive', TAGS: 'aa,b' }
  await t.rejects(read([], environment), {
    message: `PORT in the environment is "x", expected a whole number
MODE in the environment is "alive", expected one of dev, live
VERBOSE in the environment is "maybe", expected yes or no
TAGS in the environment is "b", expected at least 2 characters`,
  })
  t.match(await read(['--port', '3'], { PORT: 'x' }), { port: 3 }, 'what is not looked at is not wrong')
})

t.test('all that is wrong with all tasks, at once', async t => {
  const copy = task({
    describe: 'Copy',
    params: z => ({
      from: z.string().describe('where it is').meta({ positional: true }),
      to: z.string().meta({ env: 'TO' }),
    }),
    run: () => {},
  })
  await t.rejects(planOf(graphOf({ serve, copy }), ['serve', '-p0', 'copy']), {
    message:
      '--port is "0", expected at least 1\nFROM (where it is) is missing\n--to is missing and TO is not set',
    fix: 'see task serve --help\n  usage: task copy FROM --to TO',
  })
})

t.test('a need has its defaults and its environment', async t => {
  const above = task({ describe: 'Above', needs: { serve }, run: () => {} })
  const { steps } = await planOf(graphOf({ serve, above }), ['above'], { environment: { PORT: '9' } })
  t.match(steps, [
    { name: 'serve', words: [], params: { port: 9, mode: 'dev' } },
    { name: 'above', params: {} },
  ])
  await t.rejects(planOf(graphOf({ serve, above }), ['above'], { environment: { PORT: 'x' } }), {
    message: 'PORT in the environment is "x", expected a whole number',
    fix: 'see task serve --help',
  })
  const both = await planOf(graphOf({ serve, above }), ['above', 'serve', '-p', '5'])
  t.match(
    both.steps[0],
    { name: 'serve', words: ['-p', '5'], params: { port: 5 } },
    'or the words with which it was named',
  )
})

t.test('words after --', async t => {
  const plain = task({ describe: 'x', run: () => {} })
  const told = task({ describe: 'x', rest: 'words for the runner', run: () => {} })
  const command = task({ describe: 'x', run: ['echo'] })
  const graph = graphOf({ plain, told, command })
  await t.rejects(planOf(graph, ['told', 'plain', '--', 'a', '-b']), {
    message: '"plain" takes no words after "--": a -b',
    fix: 'its flags come before "--"',
  })
  for (const name of ['told', 'command'])
    t.match((await planOf(graph, ['plain', name, '--', '-x', '--', 'y'])).steps, [
      { name: 'plain', rest: [] },
      { name, words: [], rest: ['-x', '--', 'y'] },
    ])
  t.match((await planOf(graph, ['plain', '--'])).steps, [{ name: 'plain', rest: [] }], 'none are none')
})

t.test(
  'parameters may ask for another task, which is planned in place of the one that was named',
  async t => {
    const need = task({ describe: 'x', run: () => {} })
    const look = task({
      describe: 'Look',
      params: z => ({ json: z.boolean().default(false) }),
      run: () => {},
    })
    const prepare = task({
      describe: 'Prepare, or look',
      needs: { need },
      params: z => ({
        look: z.boolean().default(false),
        json: z.boolean().default(false),
        word: z.string().optional().meta({ positional: true }),
      }),
      instead: ({ look, json, word }) =>
        look ? { name: word ?? 'look', words: json ? ['--json'] : [] } : undefined,
      run: () => {},
    })
    const graph = graphOf({ look, prepare, need })
    const stepsOf = async (...words: string[]) =>
      (await planOf(graph, ['prepare', ...words])).steps.map(({ name, words }) => [name, ...words])
    t.same(await stepsOf('--look', '--json'), [['look', '--json']])
    t.match((await planOf(graph, ['prepare', '--look', '--json'])).steps, [{ params: { json: true } }])
    t.same(await stepsOf('x'), [['need'], ['prepare', 'x']])
    await t.rejects(stepsOf('--look', 'lok'), { message: 'unknown task "lok"', fix: 'did you mean "look"?' })
    await t.rejects(stepsOf('--look', 'need', '--json'), {
      name: 'UserError',
      message: '"need" takes no --json',
    })
  },
)

t.test('a task that is named twice has one set of words', async t => {
  const graph = graphOf({ serve, alias: serve })
  t.equal((await planOf(graph, ['serve', '-p1', 'alias', '-p1'])).steps.length, 1)
  await t.rejects(planOf(graph, ['serve', 'alias', '-p1']), {
    message: '"serve" is named twice: with no words, and with -p1',
  })
})

t.test('what parameters set in the environment; the task that was named has the last word', async t => {
  const need = task({
    describe: 'x',
    params: z => ({ level: z.string().default('low') }),
    setsEnv: ({ level }) => ({ LEVEL: level, NEED: '1' }),
    run: () => {},
  })
  const top = task({
    describe: 'x',
    needs: { need },
    params: z => ({ level: z.string().default('high') }),
    setsEnv: ({ level }) => ({ LEVEL: level }),
    run: () => {},
  })
  const without = task({ describe: 'x', setsEnv: () => ({ PLAIN: '1' }), run: () => {} })
  const graph = graphOf({ top, without })
  const plan = await planOf(graph, ['top', '--level', 'max', 'without'])
  t.same(environmentOf(graph, plan), { LEVEL: 'max', NEED: '1', PLAIN: '1' })
})

t.test('what is declared wrongly, and what throws', async t => {
  const wrong = task({
    describe: 'x',
    params: () => {
      throw new RangeError('no such thing')
    },
    run: () => {},
  })
  await t.rejects(planOf(graphOf({ wrong }), ['wrong']), {
    name: 'UserError',
    message: 'the parameters of "wrong" cannot be read: RangeError: no such thing',
  })
  const bug = task({
    describe: 'x',
    params: z => ({ it: z.string().transform(text => JSON.parse(text)) }),
    run: () => {},
  })
  await t.rejects(planOf(graphOf({ bug }), ['bug', '--it', '{']), { name: 'SyntaxError' }, 'a bug stays one')
})
