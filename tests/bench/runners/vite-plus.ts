import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shellWords } from '../../../lib/shell-words.ts'
import { linkPackages, peerVersions } from './peer-packages.ts'
import { jobs, type Runner } from './runner.ts'

const bin = 'node_modules/vite-plus/bin/vp'

/** With inputs and outputs declared, it need not trace what a command opens. */
export const vitePlus: Runner = {
  name: 'vite-plus',
  version: peerVersions['vite-plus'],
  declare(directory, graph) {
    linkPackages(directory)
    const tasks = graph.map(({ name, needs, argv, files }) => [
      name,
      {
        command: argv === undefined ? [] : shellWords(argv),
        dependsOn: needs,
        cache: files === undefined ? false : { input: files.inputs, output: files.outputs },
      },
    ])
    const config = { run: { tasks: Object.fromEntries(tasks) } }
    writeFileSync(join(directory, 'package.json'), '{"name":"bench","private":true,"type":"module"}')
    writeFileSync(join(directory, 'vite.config.js'), `export default ${JSON.stringify(config)}\n`)
  },
  run: target => ({ file: process.execPath, args: [bin, 'run', '--concurrency-limit', `${jobs}`, target] }),
  list: () => ({ file: process.execPath, args: [bin, 'run'] }),
}
