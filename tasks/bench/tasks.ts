import { join } from 'node:path'
import { task } from '../engine/task.ts'

export const bench = task({
  describe: 'Measure against peers and limits, side by side, and print the ratios',
  params: z => ({
    names: z
      .array(z.string())
      .default([])
      .describe(
        'benchmarks, by the beginnings of their names; sessions: those of the runner; surfaces: of API, CLI and MCP',
      )
      .meta({ positional: true, value: 'NAME' }),
  }),
  run: async (_, { params: { names }, root, exec, print }) => {
    const { stdout } = await exec(process.execPath, [join(root, 'tests/bench/run.ts'), ...names], {
      cwd: root,
      output: 'capture',
      timeoutMs: 1_800_000,
    })
    print(stdout)
  },
})
