import { join } from 'node:path'
import { task } from '../engine/task.ts'
import { appPrograms, serviceNames } from './service-names.ts'
import { sources } from './sources.ts'

/**
 * Beside what else a bootstrap or a start has to wait for. A service that has its own sources to compile takes longer to
 * start, and keeps the compiler in its memory: 20 MB in each.
 */
export const compiled = task({
  describe: 'Compile the sources of the services, and of the apps of sessions',
  inputs: [...sources, { name: 'Node', value: process.version }],
  timeout: '2m',
  run: async (_, { root, exec }) => {
    const { appsCompileCache } = await import('../../config/workspace.ts')
    const script = join(import.meta.dirname, 'compile-services.mjs')
    await Promise.all([
      exec(process.execPath, [script, ...serviceNames]),
      exec(process.execPath, [script, ...appPrograms], { env: { NODE_COMPILE_CACHE: appsCompileCache } }),
    ])
    const { sourcesHash } = await import('./declaration.ts')
    return { sources: await sourcesHash(root) }
  },
})
