import { type Manager, steps, tool } from './manager.ts'
import { cache, isManifest, node } from './package-json.ts'

const read = new Set([
  ...['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.pnpmfile.cjs', '.pnpmfile.mjs'],
  ...['.npmrc', '.nvmrc', '.node-version'],
])

/** pnpm. Its store is thrown away: what it links from there stays, and what it would share with others is not shared. */
export const pnpm: Manager = {
  ...node,
  name: 'pnpm',
  marks: ['pnpm-lock.yaml'],
  locking: 'pnpm install --lockfile-only',
  tools: [tool('pnpm'), tool('node')],
  reads: path => read.has(path) || isManifest(path) || /(?:^|\/)patches\/[^/]+\.patch$/.test(path),
  build: ({ offline }) =>
    steps(
      `CI=true pnpm install --frozen-lockfile${offline ? ' --offline' : ''} --store-dir ${cache}`,
      // What names that store goes with it: to an install in a session, which has another, all would have to be made anew.
      `rm -rf ${cache} node_modules/.modules.yaml`,
    ),
}
