import { join } from 'node:path'
import { task } from '../engine/task.ts'
import { appPrograms, serviceNames } from './service-names.ts'
import { sources } from './sources.ts'

/**
 * Beside what else a bootstrap or a start has to wait for. A service that has its own sources to compile takes longer to
 * start, and keeps the compiler in its memory: 20 MB in each.
 */
export const compiled = task({
  describe:
    'Compile the sources of the services, of the MCP servers behind the gateway, and of the apps of sessions',
  inputs: [...sources, 'client/**/*.ts', { name: 'Node', value: process.version }],
  timeout: '2m',
  run: async (_, { root, exec }) => {
    const { appsCompileCache } = await import('../../config/workspace.ts')
    const { builtins } = await import('../../config/mcp/builtins.ts')
    const script = join(import.meta.dirname, 'compile-services.mjs')
    const services = serviceNames.map(name => `services/${name}/main.ts`)
    const servers = Object.values(builtins).map(({ path }) => path)
    await Promise.all([
      exec(process.execPath, [script, ...services, ...servers]),
      exec(process.execPath, [script, ...appPrograms], { env: { NODE_COMPILE_CACHE: appsCompileCache } }),
    ])
    const { sourcesHash } = await import('./declaration.ts')
    return { sources: await sourcesHash(root) }
  },
})
