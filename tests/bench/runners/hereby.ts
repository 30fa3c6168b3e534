import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { linkPackages, peerVersions } from './peer-packages.ts'
import type { Runner } from './runner.ts'

const bin = 'node_modules/hereby/bin/hereby.js'

const execute = `const execute = (file, ...args) => new Promise((resolve, reject) =>
  spawn(file, args, { stdio: 'inherit' })
    .once('error', reject)
    .once('exit', code => (code === 0 ? resolve() : reject(new Error(file + ' exited with ' + code)))))
`

/** It starts whatever is ready, with no limit on jobs, and knows nothing of what is up to date. */
export const hereby: Runner = {
  name: 'hereby',
  version: peerVersions.hereby,
  declare(directory, graph) {
    linkPackages(directory)
    const tasks = graph.map(({ name, needs, argv }) => {
      const run =
        argv === undefined
          ? '() => {}'
          : `() => execute(${argv.map(word => JSON.stringify(word)).join(', ')})`
      return `export const ${name} = task({ name: '${name}', dependencies: [${needs.join(', ')}], run: ${run} })\n`
    })
    writeFileSync(
      join(directory, 'Herebyfile.mjs'),
      `import { spawn } from 'node:child_process'\nimport { task } from 'hereby'\n${execute}${tasks.join('')}`,
    )
  },
  run: target => ({ file: process.execPath, args: [bin, target] }),
  list: () => ({ file: process.execPath, args: [bin, '--tasks'] }),
}
