import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shellWords } from '../../../lib/shell-words.ts'
import { linkPackages, peerVersions } from './peer-packages.ts'
import { jobs, type Runner } from './runner.ts'

/** Through `node --run`, the quickest of its doors. */
export const wireit: Runner = {
  name: 'wireit',
  version: peerVersions.wireit,
  declare(directory, graph) {
    linkPackages(directory)
    const scripts = Object.fromEntries(graph.map(({ name }) => [name, 'wireit']))
    const settings = graph.map(({ name, needs, argv, files }) => [
      name,
      {
        ...(argv && { command: shellWords(argv) }),
        dependencies: needs,
        ...(files && { files: files.inputs, output: files.outputs }),
        packageLocks: [],
      },
    ])
    const manifest = { name: 'bench', private: true, scripts, wireit: Object.fromEntries(settings) }
    writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest))
  },
  run: target => ({ file: process.execPath, args: ['--run', target] }),
  environment: () => ({ WIREIT_PARALLEL: `${jobs}`, WIREIT_CACHE: 'local' }),
}
