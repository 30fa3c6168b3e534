import { join } from 'node:path'
import type { TerminalSize } from '../../contract/terminal.ts'
import { findSystemTool } from '../commands/find-system-tool.ts'
import type { Enclosure, ReadyProgram } from '../sandbox/enclosure.ts'
import type { Program } from '../sandbox/sandbox.ts'

const holderFile = join(import.meta.dirname, 'terminal_holder.py')

export type InTerminal = { ok: true; program: ReadyProgram } | { ok: false; message: string }

export type TerminalOptions = {
  readonly size: TerminalSize
  /** Where the pipe is made through which it is typed into. */
  readonly pipe: string
  /** Where else tools are looked for. */
  readonly path: string
  /** Where the program starts. */
  readonly directory: string
  readonly statusFile: string
}

/** A program, enclosed, that runs in a terminal of its own. Its holder stands outside. */
export async function inTerminal(
  program: Program,
  enclosure: Enclosure,
  { size, pipe, path, directory, statusFile }: TerminalOptions,
): Promise<InTerminal> {
  const python = await findSystemTool('python3', path)
  if (python === undefined) return missing('python3')
  let { words } = program
  if (enclosure.apart) {
    const setsid = await findSystemTool('setsid', path)
    if (setsid === undefined) return missing('setsid (of util-linux)')
    words = [setsid, '-c', ...words]
  }
  const ready = enclosure.enclose({ ...program, words }, directory, statusFile)
  const whose = enclosure.apart ? 'theirs' : 'ours'
  const holder = [python, '-I', '-S', holderFile, pipe, String(size.columns), String(size.rows), whose]
  return { ok: true, program: { ...ready, words: [...holder, ...ready.words] } }
}

const missing = (tool: string): InTerminal => ({
  ok: false,
  message: `a terminal needs ${tool}, which is not on the PATH`,
})
