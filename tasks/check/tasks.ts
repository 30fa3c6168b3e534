import { configEnvironment, configOption, configUsage } from '../config-flag.ts'
import { task } from '../engine/task.ts'
import { readWords } from '../words.ts'

export const check = task({
  describe: 'Verify this host, or with --code the sources: format, lint, types, import rules',
  args: {
    usage: `[--code] ${configUsage}`,
    parse: argv => readWords(argv, { options: { code: { type: 'boolean' }, ...configOption } }).values,
    environment: configEnvironment,
  },
  run: async (_, { args, root, exec, print, log }) => {
    if (args.code === true) {
      const { checkCode } = await import('./code.ts')
      await checkCode(root, exec, log)
      print('format, lint, types and import rules: ok\n')
      return
    }
    const { checkHost, findingsTable } = await import('./host.ts')
    const findings = await checkHost(root, process.env, exec)
    print(findingsTable(findings))
    const failed = findings.filter(({ verdict }) => verdict === 'failed')
    if (failed.length > 0) {
      const { UserError } = await import('../../lib/user-error.ts')
      throw new UserError(`${failed.length} of ${findings.length} checks failed`)
    }
  },
})
