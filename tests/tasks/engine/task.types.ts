/**
 * Nothing here runs: the compiler is the test. A line marked as an error has to be one, every other has to compile.
 */
import { group } from '../../../tasks/engine/group.ts'
import { type Task, task } from '../../../tasks/engine/task.ts'

export const settings = task({ describe: 'settings', run: () => ({ port: 8000, host: 'localhost' }) })
export const version = task({ describe: 'version', run: async () => '1.2.3' as const })

export const typed = task({
  describe: 'results arrive typed',
  needs: { settings, version },
  run: async ({ settings, version }, context) => {
    const port: number = settings.port
    const exact: '1.2.3' = version
    // @ts-expect-error it has no parameters
    const nothing = context.params.port
    // @ts-expect-error a number is no string
    const wrong: string = settings.port
    // @ts-expect-error no such field
    settings.prot
    return { port, exact, nothing, wrong }
  },
})
export const typedResult: Task<{ port: number }> = typed

export const strict = task({
  describe: 'what is not needed does not arrive',
  needs: { settings },
  // @ts-expect-error it is not among the needs
  run: ({ version }) => version,
})

export const named = task({
  describe: 'a need by name is unknown',
  needs: { upgrade: 'db:upgrade', settings },
  run: ({ upgrade, settings }) => {
    // @ts-expect-error unknown until it is looked at
    upgrade.length
    return typeof upgrade === 'string' ? upgrade.length + settings.port : 0
  },
})

export const later = task({
  describe: 'forward references by a function',
  needs: () => ({ typed, declaredBelow }),
  run: ({ typed, declaredBelow }) => typed.port + declaredBelow,
})
export const declaredBelow: Task<number> = task({ describe: 'below', run: () => 1 })

export const withParams = task({
  describe: 'parameters',
  needs: { settings },
  params: z => ({
    name: z.string().optional().meta({ positional: true }),
    port: z.coerce
      .number()
      .int()
      .min(1)
      .default(8000)
      .describe('where it listens')
      .meta({ env: 'PORT', short: 'p' }),
    kind: z.enum(['unit', 'e2e']).default('unit'),
    files: z.array(z.string()).default([]).meta({ value: 'FILE' }),
    size: z.string().transform(text => text.length),
  }),
  rest: 'words for the runner',
  setsEnv: ({ port, kind }) => ({ PORT: String(port), KIND: kind }),
  instead: ({ files, size }) => (size > 3 ? { name: 'other', words: files } : undefined),
  inputs: ({ settings }, { params, rest, root }) => {
    const text: string = params.kind
    // @ts-expect-error no such parameter
    params.tail
    return [...params.files, ...rest, root, text, { name: 'port', value: settings.port + params.port }]
  },
  outputs: (_, { params }) => [`${params.kind}.xml`],
  confirm: (_, { params }) => (params.port < 1024 ? 'Listen there?' : undefined),
  run: async ({ settings }, { params, rest }) => {
    const { port, size }: { port: number; size: number } = params
    const kind: 'unit' | 'e2e' = params.kind
    const files: readonly string[] = params.files
    const words: readonly string[] = rest
    // @ts-expect-error possibly undefined
    const name: string = params.name
    // @ts-expect-error no such parameter
    params.tail
    // @ts-expect-error read once, for all
    params.port = 1
    return { port: settings.port + port + size, kind, files, words, name }
  },
})
export const paramsAndResult: Task<{ port: number; kind: 'unit' | 'e2e' }> = withParams

export const wrongUse = task({
  describe: 'wrong use of parameters',
  params: z => ({ force: z.boolean().default(false), when: z.coerce.date().optional() }),
  setsEnv: params => ({
    // @ts-expect-error no such parameter
    FORCE: String(params.forced),
  }),
  // @ts-expect-error it lacks its words
  instead: ({ force }) => (force ? { name: 'other' } : undefined),
  run: (_, { params, confirm }) => {
    // @ts-expect-error there may be nobody to ask
    confirm('?')
    // @ts-expect-error it may be undefined
    return params.when.getTime()
  },
})

// @ts-expect-error a parameter is declared by zod
task({ describe: 'x', params: () => ({ port: 8000 }), run: () => 0 })
// @ts-expect-error an environment has texts
task({ describe: 'x', params: z => ({ port: z.number() }), setsEnv: ({ port }) => ({ port }), run: () => 0 })

export const plain = task({
  describe: 'no needs, no result',
  run: async (needs, { exec, log }) => {
    // @ts-expect-error nothing is needed
    needs.settings
    const { stdout, exitCode } = await exec('git', ['status'], { output: 'capture', check: false })
    log(`${stdout} ${exitCode}`)
    // @ts-expect-error no such output
    await exec('git', [], { output: 'silent' })
  },
})
export const noResult: Task<void> = plain
// @ts-expect-error it has no number
export const noNumber: Task<number> = plain

// @ts-expect-error a need is a task or a name
task({ describe: 'wrong need', needs: { port: 8000 }, run: () => 0 })
// @ts-expect-error a task is described
task({ run: () => 0 })
// @ts-expect-error a task runs
task({ describe: 'does nothing' })

export const all: Task<void> = group({ describe: 'all', needs: { plain, version } })
// @ts-expect-error a group stands for others
group({ describe: 'of nothing' })
// @ts-expect-error and runs nothing itself
group({ describe: 'x', needs: { plain }, run: () => 0 })
