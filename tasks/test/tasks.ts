import { task } from '../engine/task.ts'

export const test = task({
  describe: 'Run the tests, all or those named',
  params: z => ({
    files: z
      .array(z.string())
      .default([])
      .describe('files or directories')
      .meta({ positional: true, value: 'FILE' }),
    retries: z
      .int()
      .min(0)
      .max(5)
      .default(process.env.CI === 'true' ? 1 : 0)
      .describe('how often a file that fails is tried again, alone; in CI once'),
  }),
  run: async (_, { params: { files, retries }, root, scope, signal, log, progress, print }) => {
    const { availableParallelism } = await import('node:os')
    const { runTests } = await import('./run-tests.ts')
    const { allowedSkips } = await import('./allowed-skips.ts')
    await runTests({
      root,
      files,
      jobs: availableParallelism(),
      retries,
      scope,
      signal,
      log,
      progress,
      print,
      // In CI a skip means that something was not tested, unless it is not to be had there at all.
      skipAllowed:
        process.env.CI === 'true' ? reason => allowedSkips.some(known => known.test(reason)) : () => true,
    })
  },
})
