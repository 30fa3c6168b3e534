import { basename } from 'node:path'
import { UserError } from '../../../lib/user-error.ts'
import { which } from '../../../lib/which.ts'
import { CommandError } from '../../engine/command-error.ts'
import type { Exec } from '../../engine/context.ts'

/** Conda and the two that take its place. They differ in how an environment is made. */
export type Flavour = 'conda' | 'mamba' | 'micromamba'
export type CondaTool = { path: string; flavour: Flavour; version: string }
export type Probe = { kind: 'usable'; tool: CondaTool } | { kind: 'broken'; path: string; reason: string }

const deadlineMs = 60_000

/** The first of the configured command, conda, mamba and micromamba on PATH. A path must lead to a program. */
export function findConda(command: string, searchPath: string | undefined): string | undefined {
  const found = which(command, searchPath ?? '')
  if (found !== undefined) return found
  if (command.includes('/'))
    throw new UserError(`environment.conda_command is ${command}, where there is no program`, {
      fix: 'set it to the path of conda, mamba or micromamba, or to "conda" to look for it on PATH',
    })
  return ['conda', 'mamba', 'micromamba'].flatMap(name => which(name, searchPath ?? '') ?? [])[0]
}

export function flavourOf(path: string): Flavour {
  const name = basename(path)
  if (name.includes('micromamba')) return 'micromamba'
  return name.includes('mamba') ? 'mamba' : 'conda'
}

/** Asks it for its version, which is also the proof that it runs. */
export async function probeConda(path: string, exec: Exec): Promise<Probe> {
  const broken = (reason: string): Probe => ({ kind: 'broken', path, reason })
  try {
    const { exitCode, signal, stdout, stderr } = await exec(path, ['--version'], {
      output: 'capture',
      check: false,
      timeoutMs: deadlineMs,
    })
    if (exitCode !== 0)
      return broken(
        `--version ${signal === null ? `exits with ${exitCode}` : `ends by ${signal}`}${said(stderr)}`,
      )
    // `conda 24.1.2`, or of mamba and micromamba the number alone.
    const version = /\d+(?:\.\d+)+\S*/.exec(stdout)?.[0]
    if (version === undefined) return broken(`--version names no version${said(stdout)}`)
    return { kind: 'usable', tool: { path, flavour: flavourOf(path), version } }
  } catch (error) {
    if (error instanceof CommandError || error instanceof UserError) return broken(error.message)
    throw error
  }
}

const said = (text: string): string => {
  const line = text.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
  return line === '' ? '' : `: ${line}`
}
