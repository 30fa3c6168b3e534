/**
 * Nothing here runs: the compiler is the test. A line marked as an error has to be one, every other has to compile.
 */
import { type Task, task } from '../../../tasks/engine/task.ts'

export const settings = task({ describe: 'settings', run: () => ({ port: 8000, host: 'localhost' }) })
export const version = task({ describe: 'version', run: async () => '1.2.3' as const })

export const typed = task({
  describe: 'results arrive typed',
  needs: { settings, version },
  run: async ({ settings, version }, context) => {
    const port: number = settings.port
    const exact: '1.2.3' = version
    const nothing: undefined = context.args
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

export const withArguments = task({
  describe: 'arguments',
  needs: { settings },
  args: { usage: 'NAME [--follow]', parse: argv => ({ name: argv[0], follow: argv.includes('--follow') }) },
  run: async ({ settings }, { args }) => {
    const follow: boolean = args.follow
    // @ts-expect-error possibly undefined
    const name: string = args.name
    // @ts-expect-error no such argument
    args.tail
    return { follow, name, port: settings.port }
  },
})

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
