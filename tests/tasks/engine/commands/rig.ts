import { existsSync } from 'node:fs'
import type { Test } from 'tap'
import { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import { follow } from '../../../../tasks/engine/commands/follow.ts'
import { Starters, type StartersSetting } from '../../../../tasks/engine/commands/starters.ts'
import { createExec, type ExecSetting } from '../../../../tasks/engine/exec.ts'
import { until } from '../../../until.ts'

/** Why there are no starters, where there are none. */
export const skip =
  process.platform !== 'linux'
    ? 'starters are of Linux'
    : existsSync('/usr/bin/perl')
      ? false
      : 'there is no /usr/bin/perl'

/** Starters of which one at least is idle. They are gone when the test is over. */
export async function idleStarters(
  t: Test,
  setting: Partial<StartersSetting> = {},
): Promise<{ starters: Starters; environment: Readonly<Record<string, string | undefined>> }> {
  const environment = setting.environment ?? { ...process.env }
  const starters = new Starters({ limit: 1, sentinel: undefined, ...setting, environment })
  t.teardown(() => starters[Symbol.asyncDispose]())
  await untilIdle(starters)
  return { starters, environment }
}

/** Makes them begin one where there is none, and waits until it can be used. */
export async function untilIdle(starters: Starters): Promise<void> {
  await using scope = new ProcessScope()
  const ask = () => {
    for (let i = 0; i < 64; i++) starters.noticed(0)
    return starters.start(scope, { file: 'true', args: [], cwd: '/', changes: {} })
  }
  const command = await until('a starter is idle', ask)
  await follow(command, { limit: 1 })
}

/** An `exec` that uses them, what was logged, and the scope of all its commands, which ends with the test. */
export function execWith(t: Test, starters: Starters, setting: Partial<ExecSetting> = {}) {
  // Long, for a busy machine may let nobody heed a signal for a second.
  const scope = new ProcessScope({ graceMs: 30_000 })
  t.teardown(() => scope.end())
  const lines: string[] = []
  const exec = createExec({
    scope,
    signal: new AbortController().signal,
    cwd: '/',
    environment: { ...process.env },
    starters,
    log: (source, line) => lines.push(`${source}: ${line}`),
    terminal: () => {},
    ...setting,
  })
  return { exec, lines, scope, sh: (text: string, options = {}) => exec('sh', ['-c', text], options) }
}

/** Who has started the shell that runs this text. */
export const tellParent = 'echo $PPID'
