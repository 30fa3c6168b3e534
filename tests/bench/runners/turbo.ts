import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shellWords } from '../../../lib/shell-words.ts'
import { linkPackages, peerVersions } from './peer-packages.ts'
import { jobs, type Runner } from './runner.ts'

const bin = 'node_modules/turbo/bin/turbo'
const turboCall = (...args: string[]) => ({ file: process.execPath, args: [bin, ...args] })

/**
 * One package with all the scripts, in a git repository with everything committed: what is quickest for it. It runs each
 * script through npm.
 */
export const turbo: Runner = {
  name: 'turbo',
  version: peerVersions.turbo,
  declare(directory, graph) {
    linkPackages(directory)
    const scripts = graph.flatMap(({ name, argv }) =>
      argv === undefined ? [] : [[name, shellWords(argv)] as const],
    )
    const tasks = graph.map(({ name, needs, files }) => [
      name,
      { dependsOn: needs, ...(files ? { inputs: files.inputs, outputs: files.outputs } : { cache: false }) },
    ])
    const write = (name: string, value: unknown) =>
      writeFileSync(join(directory, name), JSON.stringify(value))
    write('package.json', {
      name: 'bench',
      private: true,
      packageManager: 'npm@11.0.0',
      scripts: Object.fromEntries(scripts),
    })
    write('package-lock.json', { name: 'bench', lockfileVersion: 3, packages: {} })
    write('turbo.json', { ui: 'stream', noUpdateNotifier: true, tasks: Object.fromEntries(tasks) })
    writeFileSync(join(directory, '.gitignore'), 'node_modules\n.turbo\n.quick\nout\n')
    writeQuickNpm(directory, scripts)
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args], {
        cwd: directory,
        stdio: 'ignore',
      })
    git('init')
    git('add', '--all')
    git('commit', '--message', 'Begin')
  },
  run: target => turboCall('run', target, `--concurrency=${jobs}`, '--output-logs=errors-only'),
  fill: target => ({ ...turbo.run(target), programs: '.quick' }),
  list: () => turboCall('ls', '//'),
  environment: () => ({ TURBO_TELEMETRY_DISABLED: '1', TURBO_CACHE: 'local:rw' }),
}

/** An `npm` that knows nothing but `npm run SCRIPT`: with the real one, a first run of 1,000 tasks takes 80 s. */
function writeQuickNpm(directory: string, scripts: readonly (readonly [string, string])[]): void {
  mkdirSync(join(directory, '.quick/scripts'), { recursive: true })
  for (const [name, text] of scripts) writeFileSync(join(directory, '.quick/scripts', name), `${text}\n`)
  writeFileSync(join(directory, '.quick/npm'), '#!/bin/sh\nexec sh ".quick/scripts/$2"\n', { mode: 0o755 })
}
