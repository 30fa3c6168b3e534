import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { type OperationName, performOperation } from '../../../../client/manager/operations/operations.ts'
import { npmRegistry } from '../npm-registry.ts'
import { makeRoot } from '../rig.ts'

const program = '#!/usr/bin/env node\nconsole.log("started")\n'

/** What the registry of npm of these tests has. */
const packages = [
  ...['1.0.0', '1.4.2', '2.0.0'].map(version => ({
    name: '@example/weather',
    version,
    manifest: {
      bin: { weather: 'weather.js' },
      dependencies: { needed: '^1.0.0' },
      scripts: { install: 'touch ran', postinstall: 'touch ran' },
    },
    files: { 'weather.js': program },
  })),
  { name: 'needed', version: '1.1.0', manifest: { scripts: { install: 'touch ran' } } },
  { name: 'no-program', version: '1.0.0' },
  { name: 'liar', version: '1.0.0', manifest: { bin: { liar: 'not-there.js' } } },
  {
    name: 'climber',
    version: '1.0.0',
    manifest: { bin: { '../../climber': 'x.js' } },
    files: { 'x.js': program },
  },
  {
    name: 'by-git',
    version: '1.0.0',
    manifest: { bin: 'x.js', dependencies: { x: 'git+file:///nowhere/x.git' } },
    files: { 'x.js': program },
  },
  {
    name: 'by-address',
    version: '1.0.0',
    manifest: { bin: 'x.js', dependencies: { x: 'http://127.0.0.1:9/x.tgz' } },
    files: { 'x.js': program },
  },
]

/** A workspace without registries of the internet, and the manager at work in it. */
export async function startRig(t: Test, configuration = '') {
  const npm = await npmRegistry(t, packages)
  const made = await makeRoot(t, { 'config/mcp.toml': `[manager]\nregistry = ""\n${configuration}` })
  const place = { root: made.root, environment: npm.environment, now: () => 1_767_225_600_000 }
  const manage = (
    operation: OperationName | (string & {}),
    params: Record<string, unknown> = {},
    signal = new AbortController().signal,
  ) => performOperation(operation, params, { ...place, signal })
  const packagesThere = () => readdir(join(made.root, '.artifacts/mcp/packages')).catch((): string[] => [])
  return { ...made, npm, manage, packagesThere }
}

/** A descriptor of a package of npm. */
export const weather = (version?: string, more: object = {}) => ({
  name: 'org.example/weather',
  packages: [{ registryType: 'npm', identifier: '@example/weather', version, ...more }],
})

/** All files below a directory, with what is in them. */
export async function snapshot(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries
    .filter(entry => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name))
  return Object.fromEntries(
    await Promise.all(files.sort().map(async file => [file, await readFile(file, 'latin1')] as const)),
  )
}
