import { join } from 'node:path'
import { task } from '../engine/task.ts'

export const bench = task({
  describe: 'Measure against peers and limits, side by side, and print the ratios',
  run: async (_, { root, exec, print }) => {
    const { stdout } = await exec(process.execPath, [join(root, 'tests/bench/run.ts')], {
      cwd: root,
      output: 'capture',
      timeoutMs: 1_800_000,
    })
    print(stdout)
  },
})
