import { configEnvironment, configParam } from '../config-flag.ts'
import { task } from '../engine/task.ts'
import { jsonParam } from '../json-flag.ts'

export const check = task({
  describe: 'Verify this host and write nothing, or with --code the sources and the docs',
  onlyLooks: true,
  params: z => ({
    code: z.boolean().default(false).describe('check the sources and the docs instead of the host'),
    json: jsonParam(z),
    config: configParam(z),
  }),
  setsEnv: params => configEnvironment(params),
  // The gates for the sources are tasks of their own.
  instead: ({ code }) => (code ? { name: 'code', words: [] } : undefined),
  run: async (_, { params, root, exec, signal, print }) => {
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
