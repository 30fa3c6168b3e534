import { configEnvironment, configOption, configUsage } from '../config-flag.ts'
import { task } from '../engine/task.ts'
import { jsonOption, readWords } from '../words.ts'

export const check = task({
  describe: 'Verify this host and write nothing, or with --code the sources and the docs',
  args: {
    usage: `[--json] [--code] ${configUsage}`,
    parse: argv => {
      const { values } = readWords(argv, {
        options: { code: { type: 'boolean' }, ...jsonOption, ...configOption },
      })
      return { code: values.code === true, json: values.json === true }
    },
    environment: configEnvironment,
  },
  run: async (_, { args, root, exec, signal, print, log }) => {
    if (args.code) {
      const { checkCode } = await import('./code.ts')
      await checkCode(root, exec, log)
      print('format, lint, types, import rules and docs: ok\n')
      return
    }
    const { checkHost } = await import('./host.ts')
    const { findingsTable } = await import('./findings-table.ts')
    const findings = await checkHost(root, process.env, exec, signal)
    print(args.json ? `${JSON.stringify(findings, null, 2)}\n` : findingsTable(findings))
    const failed = findings.filter(({ verdict }) => verdict === 'failed')
    if (failed.length > 0) {
      const { UserError } = await import('../../lib/user-error.ts')
      throw new UserError(`not in order: ${failed.map(({ what }) => what).join(', ')}`)
    }
  },
})
