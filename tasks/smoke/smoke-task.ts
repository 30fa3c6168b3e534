import { configEnvironment, configParam } from '../config-flag.ts'
import { task } from '../engine/task.ts'
import { smokeFlags } from './flags.ts'
import type { Declared } from './smoke.ts'

/** Ending services, PM2 and sessions, copying the evidence and removing a whole clone. */
const undoMs = 90_000

/** The task `smoke` of a Taskfile, with stages of its own. */
export const smokeTask = (declared: Declared) =>
  task({
    describe: 'Prove a fresh clone: bootstrap, start, use, test and end it in a workspace of its own',
    params: z => ({ ...smokeFlags(z, declared.source), config: configParam(z) }),
    setsEnv: params => configEnvironment(params),
    rest: 'the same flags; those in SMOKE_ARGS come before them',
    tools: { git: '>=2.25' },
    undoMs,
    run: async (_, { params, rest, ...context }) => {
      const { smoke } = await import('./smoke.ts')
      await smoke({ ...context, params, rest, declared, environment: process.env })
    },
  })
