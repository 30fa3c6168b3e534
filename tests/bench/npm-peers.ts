import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sourceRoot } from './source-root.ts'

/** Installs packages to be measured beside, unless an earlier run did: where they are. No script of theirs runs. */
export function npmPeers(name: string, versions: Readonly<Record<string, string>>): string {
  const cache = join(sourceRoot, '.artifacts/bench', name)
  const manifest = JSON.stringify({ private: true, dependencies: versions })
  const done = join(cache, 'installed.json')
  const installed = join(cache, 'node_modules')
  if (existsSync(done) && readFileSync(done, 'utf8') === manifest) return installed
  rmSync(cache, { recursive: true, force: true })
  mkdirSync(cache, { recursive: true })
  writeFileSync(join(cache, 'package.json'), manifest)
  process.stderr.write('installing the peers from npm\n')
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: cache,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  writeFileSync(done, manifest)
  return installed
}
