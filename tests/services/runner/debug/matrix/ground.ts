import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import type { DebugSession, Variable } from '../../../../../services/contract/debug-resources.ts'
import { debugRig, type Launched, type LaunchOptions } from '../debug-rig.ts'
import { build, type Language, lineOf, sourceOf } from './languages.ts'

/** What scenarios stand on: one program of a language, built in a session's worktree, under its debugger. */
export async function groundFor(t: Test, language: Language, overrides: Parameters<typeof debugRig>[2] = {}) {
  const text = sourceOf(language)
  const rig = await debugRig(t, { [language.file]: text }, overrides)
  const top = rig.rig.files.worktree(rig.session.id)
  const program = build(language, top, language.file)
  const at = (mark: string): string => `${language.file}:${lineOf(language, mark)}`
  const options = (scenario: string, more: LaunchOptions): LaunchOptions => ({
    program,
    engines: [language.engine],
    arguments: [scenario],
    ...more,
  })
  const launched: Launched[] = []
  const launch = async (scenario: string, more: LaunchOptions = {}) => {
    const one = await rig.launch(options(scenario, more))
    launched.push(one)
    return one
  }
  return {
    ...rig,
    language,
    /** What launches it. */
    program,
    worktree: (name: string): string => join(top, name),
    /** Its source. */
    text,
    /** The same program of another file: what launches it. */
    another(file: string, edit = (text: string) => text) {
      mkdirSync(dirname(join(top, file)), { recursive: true })
      writeFileSync(join(top, file), edit(text))
      return { program: build(language, top, file) }
    },
    /** FILE:LINE of a mark. */
    at,
    line: (mark: string): number => lineOf(language, mark),
    /** The number of a line that holds nothing. */
    blank: text.split('\n').indexOf('') + 1,
    launch,
    /** All that were launched, and not ended here. */
    launched,
    /** Launches one of the program's scenarios, and waits for its first stop or its end. */
    async run(scenario: string, more: LaunchOptions = {}) {
      const launched = await launch(scenario, more)
      return { ...launched, at: await rig.state(launched, 'debug.status') }
    },
    /** Ends all that was launched. */
    async end(): Promise<void> {
      for (const one of launched.splice(0)) await rig.state(one, 'debug.terminate')
    },
    /** The value of a variable of the innermost frame. */
    async value(of: Launched, name: string): Promise<string | undefined> {
      const { variables } = await rig.variables(of)
      return variables.find(variable => variable.name === name)?.value
    },
  }
}

export type Ground = Awaited<ReturnType<typeof groundFor>>

/** Where a debuggee stands, as far as scenarios compare it. */
export const place = ({ status, stop, end }: DebugSession) =>
  status === 'stopped'
    ? { reason: stop?.reason, function: stop?.frame?.name, file: stop?.frame?.file, line: stop?.frame?.line }
    : { status, end: end?.reason, code: end?.exit_code }

export const named = (variables: readonly Variable[], name: string): Variable | undefined =>
  variables.find(variable => variable.name === name)
