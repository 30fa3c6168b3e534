import { mkdir } from 'node:fs/promises'
import type { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { findExecutable } from '../commands/find-executable.ts'
import { runHelper } from '../run-helper.ts'
import type { Manager, Tool } from './managers/manager.ts'

/** How long a program may take to tell its version, and how long that is believed, in milliseconds. */
const patienceMs = 20_000
const believedMs = 60_000
const mostToldOfIt = 300

export type FoundTool = { readonly name: string; readonly path: string; readonly version: string }

export type ToolsFound =
  | { readonly ok: true; readonly tools: readonly [FoundTool, ...FoundTool[]] }
  | { readonly ok: false; readonly message: string }

/** What a program has said of its version, or why it has not. */
type Told = { readonly ok: true; readonly version: string } | { readonly ok: false; readonly why: string }

/**
 * Finds the programs of managers and asks them for their versions. They run at the top of the file system and with a home
 * that no session ever has, for nothing keeps them apart: some take a file beside them, or one in the home, for a reason
 * to run another program.
 */
export class ToolFinder {
  readonly #scope: ProcessScope
  readonly #home: string
  readonly #known = new Map<string, { told: Promise<Told>; since: number }>()

  /** `scope` owns what is started. */
  constructor(scope: ProcessScope, home: string) {
    this.#scope = scope
    this.#home = home
  }

  async find({ name, tools }: Manager, environment: Readonly<Record<string, string>>): Promise<ToolsFound> {
    const found: FoundTool[] = []
    for (const tool of tools) {
      const one = await this.#first(tool, environment)
      if (!one.ok)
        return {
          ok: false,
          message: `${name} needs ${tool.names.join(' or ')} on the PATH of commands, and ${one.why}`,
        }
      found.push(one.tool)
    }
    const [first, ...rest] = found
    if (first === undefined) throw new Error(`${name} has no tool`)
    return { ok: true, tools: [first, ...rest] }
  }

  async #first(
    tool: Tool,
    environment: Readonly<Record<string, string>>,
  ): Promise<{ ok: true; tool: FoundTool } | { ok: false; why: string }> {
    const broken: string[] = []
    for (const name of tool.names) {
      const program = await findExecutable(name, environment.PATH ?? '', '/')
      if (!program.found) continue
      const told = await this.#version(program.path, tool.version, environment)
      if (told.ok) return { ok: true, tool: { name, path: program.path, version: told.version } }
      broken.push(`${name} ${tool.version.join(' ')} ${told.why}`)
    }
    return { ok: false, why: broken.join('; ') || 'there is none' }
  }

  async #version(
    path: string,
    words: readonly string[],
    environment: Readonly<Record<string, string>>,
  ): Promise<Told> {
    const now = performance.now()
    for (const [file, { since }] of this.#known) if (now - since > believedMs) this.#known.delete(file)
    const known = this.#known.get(path)
    if (known !== undefined) return await known.told
    const asked = { told: this.#ask([path, ...words], environment), since: now }
    this.#known.set(path, asked)
    const told = await asked.told
    // Whoever repairs it need not wait.
    if (!told.ok && this.#known.get(path) === asked) this.#known.delete(path)
    return told
  }

  async #ask(words: readonly string[], environment: Readonly<Record<string, string>>): Promise<Told> {
    await mkdir(this.#home, { recursive: true, mode: 0o700 })
    const program = { words, environment: { ...environment, HOME: this.#home }, options: undefined }
    const late = AbortSignal.timeout(patienceMs)
    const { code, stdout, stderr } = await runHelper(this.#scope, program, late)
    if (code === 0) return { ok: true, version: stdout.trim() }
    if (late.aborted) return { ok: false, why: `says nothing for ${patienceMs / 1_000} seconds` }
    const last = stderr.trim().split('\n').at(-1)?.slice(0, mostToldOfIt)
    return { ok: false, why: `ends with code ${code}${last ? `: ${last}` : ''}` }
  }
}
