import { type Manager, steps, tool } from './manager.ts'
import { cache, isManifest, node } from './package-json.ts'

const read = new Set(['package-lock.json', 'npm-shrinkwrap.json', '.npmrc', '.nvmrc', '.node-version'])

export const npm: Manager = {
  ...node,
  name: 'npm',
  marks: ['package-lock.json', 'npm-shrinkwrap.json'],
  locking: 'npm install --package-lock-only',
  tools: [tool('npm'), tool('node')],
  reads: path => read.has(path) || isManifest(path),
  build: ({ offline }) =>
    steps(
      `npm ci --no-audit --no-fund --no-update-notifier${offline ? ' --offline' : ''} --cache ${cache}`,
      `rm -rf ${cache}`,
    ),
}
