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
  tools: [tool('pnpm'), tool('node')],
  reads: path => read.has(path) || isManifest(path) || /(?:^|\/)patches\/[^/]+\.patch$/.test(path),
  build: ({ offline }) =>
    steps(
      `CI=true pnpm install --frozen-lockfile${offline ? ' --offline' : ''} --store-dir ${cache}`,
      `rm -rf ${cache}`,
    ),
}
