import { configEnvironment, configParam } from '../config-flag.ts'
import { task } from '../engine/task.ts'
import { workspaceOf } from '../workspace.ts'

export const clean = task({
  describe: 'Remove what bootstrap has made, or with --all everything below .artifacts',
  params: z => ({
    all: z
      .boolean()
      .default(false)
      .describe('everything below .artifacts: the store, all logs and all tokens, too'),
    config: configParam(z),
  }),
  setsEnv: params => configEnvironment(params),
  run: async (_, { params: { all }, root, signal, log, print, confirm }) => {
    const { clean } = await import('./clean.ts')
    const cleaned = await clean(await workspaceOf(root), { all, confirm, signal, log })
    switch (cleaned.outcome) {
      case 'nothing_there':
        print('nothing to remove\n')
        break
      case 'declined': {
        const { UserError } = await import('../../lib/user-error.ts')
        throw new UserError('nothing was removed')
      }
      case 'removed':
        print(cleaned.removed.map(path => `removed ${path}\n`).join(''))
        print(cleaned.left.map(path => `left ${path}, which is outside of .artifacts\n`).join(''))
    }
  },
})
