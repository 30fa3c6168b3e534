import { task } from '../engine/task.ts'
import { jsonParam } from '../json-flag.ts'

export const chaos = task({
  describe: 'Do one fault after another to a server of its own under load, and check every promise',
  params: z => ({
    minutes: z.coerce.number().positive().max(1_440).default(10).describe('how long faults are done'),
    seed: z.coerce.number().int().nonnegative().optional().describe('repeats a run; default: a new one'),
    json: jsonParam(z),
  }),
  // A whole clone is removed.
  undoMs: 30_000,
  run: async (_, { params: { seed = Math.floor(Math.random() * 1e9), ...params }, ...context }) => {
    const { runChaos } = await import('./run-chaos.ts')
    await runChaos({ seed, ...params }, context)
  },
})
