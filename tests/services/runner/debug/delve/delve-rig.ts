import { spawnSync } from 'node:child_process'
import type { Test } from 'tap'
import { findDelve } from '../../../../../services/runner/debug/delve/find-delve.ts'
import { openly } from '../../../../../services/runner/sandbox/enclosure.ts'
import { debugRig, type LaunchOptions } from '../debug-rig.ts'

const environment = { PATH: process.env.PATH ?? '' }
const found = await findDelve({ environment, directory: '/', enclosure: openly })

/** Why the tests with the real Delve cannot run here; false where they can. */
export const noDelve: false | string = !found.found
  ? 'dlv is not installed'
  : spawnSync('go', ['version']).error === undefined
    ? false
    : 'there is no Go here'

export type GoLaunch = Omit<LaunchOptions, 'program' | 'engines'> & { path?: string; core?: string }

/** A runner with one session of a Go module. */
export async function delveRig(
  t: Test,
  files: Readonly<Record<string, string>>,
  overrides: Parameters<typeof debugRig>[2] = {},
  options: Parameters<typeof debugRig>[3] = {},
) {
  const module = { 'go.mod': 'module example.org/app\n\ngo 1.19\n' }
  const rig = await debugRig(t, { ...module, ...files }, overrides, options)
  const launchOf = ({ path = '.', core, ...options }: GoLaunch): LaunchOptions => ({
    program: { kind: 'go', path, ...(core === undefined ? {} : { core }) },
    engines: ['delve'],
    ...options,
  })
  return {
    ...rig,
    launch: (options: GoLaunch = {}) => rig.launch(launchOf(options)),
    run: (options: GoLaunch = {}) => rig.run(launchOf(options)),
  }
}
