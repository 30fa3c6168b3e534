import { configEnvironment, configParam } from '../config-flag.ts'
import { task } from '../engine/task.ts'
import { jsonParam } from '../json-flag.ts'

export const check = task({
  describe: 'Verify this host and write nothing, or with --code the sources and the docs',
  params: z => ({
    code: z.boolean().default(false).describe('check the sources and the docs instead of the host'),
    json: jsonParam(z),
    config: configParam(z),
  }),
  setsEnv: params => configEnvironment(params),
  run: async (_, { params, root, exec, signal, print, log }) => {
    if (params.code) {
      const { checkCode } = await import('./code.ts')
      await checkCode(root, exec, log)
      print('format, lint, types, import rules and docs: ok\n')
      return
    }
    const { checkHost } = await import('./host.ts')
    const { findingsTable } = await import('./findings-table.ts')
    const findings = await checkHost(root, process.env, exec, signal)
    print(params.json ? `${JSON.stringify(findings, null, 2)}\n` : findingsTable(findings))
    const failed = findings.filter(({ verdict }) => verdict === 'failed')
    if (failed.length > 0) {
      const { UserError } = await import('../../lib/user-error.ts')
      throw new UserError(`not in order: ${failed.map(({ what }) => what).join(', ')}`)
    }
  },
})
