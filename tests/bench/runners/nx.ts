import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shellWords } from '../../../lib/shell-words.ts'
import { linkPackages, peerVersions } from './peer-packages.ts'
import { jobs, type Runner } from './runner.ts'

/** With its daemon, for it is quicker with it. The files are in one project, the way that costs it least. */
export const nx: Runner = {
  name: 'nx',
  version: peerVersions.nx,
  declare(directory, graph) {
    linkPackages(directory)
    const inRoot = (path: string) => `{projectRoot}/${path}`
    const targets = graph.map(({ name, needs, argv, files }) => [
      name,
      {
        ...(argv === undefined
          ? { executor: 'nx:noop' }
          : { executor: 'nx:run-commands', options: { command: shellWords(argv) } }),
        dependsOn: needs,
        ...(files && { inputs: files.inputs.map(inRoot), outputs: files.outputs.map(inRoot) }),
        cache: files !== undefined,
      },
    ])
    const write = (name: string, value: unknown) =>
      writeFileSync(join(directory, name), JSON.stringify(value))
    write('package.json', { name: 'bench', private: true })
    write('nx.json', { analytics: false, neverConnectToCloud: true, parallel: jobs, tui: { enabled: false } })
    write('project.json', { name: 'bench', targets: Object.fromEntries(targets) })
    writeFileSync(join(directory, '.gitignore'), 'node_modules\n.nx\nout\n')
  },
  run: target => nxCall('run', `bench:${target}`, '--outputStyle=static'),
  list: () => nxCall('show', 'project', 'bench', '--json'),
  environment: base => ({
    NX_DAEMON: 'true',
    NX_NO_CLOUD: 'true',
    NX_TUI: 'false',
    NX_SOCKET_DIR: join(base, 'tmp/socket'),
    NX_NATIVE_FILE_CACHE_DIRECTORY: join(base, 'tmp/native'),
  }),
  stop: () => nxCall('daemon', '--stop'),
}

const bin = 'node_modules/nx/dist/bin/nx.js'
const nxCall = (...args: string[]) => ({ file: process.execPath, args: [bin, ...args] })
