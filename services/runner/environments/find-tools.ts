import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { findExecutable } from '../commands/find-executable.ts'
import type { Manager, Tool } from './managers/manager.ts'

/** How long a program may take to tell its version, in milliseconds; and how long that is believed. */
const patienceMs = 20_000
const believedMs = 60_000
const mostOutput = 10_000

export type FoundTool = { readonly name: string; readonly path: string; readonly version: string }

export type ToolsFound =
  | { readonly ok: true; readonly tools: readonly [FoundTool, ...FoundTool[]] }
  | { readonly ok: false; readonly message: string }

/**
 * Finds the programs of managers and asks them for their versions. They run at the top of the file system, where no
 * repository has a say in what they are: some take a file beside them for a reason to run another.
 */
export class ToolFinder {
  readonly #scope: ProcessScope
  readonly #known = new Map<string, { version: Promise<string | undefined>; since: number }>()

  /** `scope` owns what is started. */
  constructor(scope: ProcessScope) {
    this.#scope = scope
  }

  async find({ name, tools }: Manager, environment: Readonly<Record<string, string>>): Promise<ToolsFound> {
    const found: FoundTool[] = []
    for (const tool of tools) {
      const one = await this.#first(tool, environment)
      if (one === undefined)
        return {
          ok: false,
          message: `${name} needs ${tool.names.join(' or ')} on the PATH of commands, and there is none that works`,
        }
      found.push(one)
    }
    const [first, ...rest] = found
    if (first === undefined) throw new Error(`${name} has no tool`)
    return { ok: true, tools: [first, ...rest] }
  }

  async #first(tool: Tool, environment: Readonly<Record<string, string>>): Promise<FoundTool | undefined> {
    for (const name of tool.names) {
      const program = await findExecutable(name, environment.PATH ?? '', '/')
      if (!program.found) continue
      const version = await this.#version(program.path, tool.version, environment)
      if (version !== undefined) return { name, path: program.path, version }
    }
    return undefined
  }

  #version(
    path: string,
    words: readonly string[],
    environment: Readonly<Record<string, string>>,
  ): Promise<string | undefined> {
    const now = performance.now()
    for (const [file, { since }] of this.#known) if (now - since > believedMs) this.#known.delete(file)
    const known = this.#known.get(path)
    if (known !== undefined) return known.version
    const version = this.#ask(path, words, environment)
    this.#known.set(path, { version, since: now })
    return version
  }

  async #ask(
    path: string,
    words: readonly string[],
    environment: Readonly<Record<string, string>>,
  ): Promise<string | undefined> {
    await using scope = new ProcessScope({ graceMs: 0, within: this.#scope })
    const child = scope.spawn(path, words, {
      cwd: '/',
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const { promise, resolve } = Promise.withResolvers<number | null>()
    const timer = setTimeout(() => resolve(null), patienceMs)
    let said = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(0, mostOutput)
    })
    child.once('error', () => resolve(null))
    child.once('close', resolve)
    const code = await promise
    clearTimeout(timer)
    return code === 0 ? said.trim() : undefined
  }
}
