import { configEnvironment, configOption, configUsage } from '../config-flag.ts'
import { task } from '../engine/task.ts'
import { readWords, yesOption } from '../words.ts'
import { workspaceOf } from '../workspace.ts'

export const clean = task({
  describe: 'Remove what bootstrap has made, or with --all everything below .artifacts',
  args: {
    usage: `[--all] [--yes] ${configUsage}`,
    parse: argv =>
      readWords(argv, {
        options: { all: { type: 'boolean' }, ...yesOption, ...configOption },
      }).values,
    environment: configEnvironment,
  },
  run: async (_, { args, root, signal, log, print, exec }) => {
    const { clean } = await import('./clean.ts')
    const { confirmBy } = await import('../confirm.ts')
    const cleaned = await clean(await workspaceOf(root), {
      all: args.all === true,
      confirm: confirmBy(exec, args.yes),
      signal,
      log,
    })
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
