import { type Manager, steps, tool } from './manager.ts'
import { cache, isManifest, node } from './package-json.ts'

const read = new Set(['yarn.lock', '.yarnrc', '.yarnrc.yml', '.npmrc', '.nvmrc', '.node-version'])

/** Yarn: the classic one, and where there is a `.yarnrc.yml` the modern one, with `node_modules` as its linker. */
export const yarn: Manager = {
  ...node,
  name: 'yarn',
  marks: ['yarn.lock'],
  tools: [tool('yarn'), tool('node')],
  reads: path => read.has(path) || isManifest(path) || /^\.yarn\/(?:releases|plugins|patches)\//.test(path),
  build: ({ files, offline }) =>
    files.has('.yarnrc.yml')
      ? steps(
          `export YARN_NODE_LINKER=node-modules YARN_ENABLE_GLOBAL_CACHE=false YARN_CACHE_FOLDER=${cache}`,
          `${offline ? 'YARN_ENABLE_NETWORK=false ' : ''}yarn install --immutable`,
          `rm -rf ${cache}`,
        )
      : steps(
          `yarn install --frozen-lockfile --non-interactive --no-progress${offline ? ' --offline' : ''} --cache-folder ${cache}`,
          `rm -rf ${cache}`,
        ),
}
