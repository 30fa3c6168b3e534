import { spawnSync } from 'node:child_process'
import type { Test } from 'tap'
import { findLldb } from '../../../../../services/runner/debug/lldb/find-lldb.ts'
import { openly } from '../../../../../services/runner/sandbox/enclosure.ts'
import { debugRig, type LaunchOptions } from '../debug-rig.ts'

const isHere = (program: string) => spawnSync(program, ['--version']).error === undefined

const environment = { PATH: process.env.PATH ?? '' }

export const lldb = await findLldb({ environment, directory: '/', enclosure: openly })

/** Why the tests with the real lldb cannot run here; false where they can. */
export const noLldb: false | string =
  lldb === undefined ? 'lldb-dap is not installed' : isHere('gcc') ? false : 'there is no C compiler here'

export const noRust: false | string = noLldb || (isHere('rustc') ? false : 'there is no Rust compiler here')

/** A runner with one session, in whose worktree this command builds the program `app`. */
export async function nativeRig(
  t: Test,
  source: string,
  { build = 'gcc -g -O0 -o app app.c', file = 'app.c', ...overrides }: NativeOptions = {},
) {
  const found = await debugRig(t, { [file]: source }, overrides)
  const built = await found.rig.run(found.session, build)
  if (built.status !== 'succeeded') throw new Error(found.rig.stderr(built))
  const launchOf = ({ core = null, ...options }: NativeLaunch): LaunchOptions => ({
    program: { kind: 'binary', file: options.binary ?? 'app', core },
    engines: ['lldb-dap'],
    ...options,
  })
  return {
    ...found,
    launch: (options: NativeLaunch = {}) => found.launch(launchOf(options)),
    run: (options: NativeLaunch = {}) => found.run(launchOf(options)),
  }
}

type NativeOptions = { build?: string; file?: string } & NonNullable<Parameters<typeof debugRig>[2]>
export type NativeLaunch = Omit<LaunchOptions, 'program' | 'engines'> & {
  binary?: string
  core?: string | null
}
