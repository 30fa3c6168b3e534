import type { EnvironmentManager } from '../../../contract/environment-state.ts'

/**
 * What installs the dependencies of a repository: which files tell of it, what it builds an environment from, and what
 * commands find of it. Knows of no session, no store and no process.
 */
export type Manager = {
  readonly name: EnvironmentManager
  /** Of two that are for the same, `auto` takes the first. */
  readonly language: 'python' | 'javascript' | 'rust' | 'go'
  /** Files at the top of the worktree, any of which tells that it is used. */
  readonly marks: readonly [string, ...string[]]
  /** How the first of these is made, where a repository has none. */
  readonly locking?: string
  /** The programs that it needs. */
  readonly tools: readonly Tool[]
  /** Whether a build reads this file of the worktree: its key is made of these, and a build gets no others. */
  reads(path: string): boolean
  /** Files that this one names, from the top of the worktree, whatever they are called: a build reads those as well. */
  names?(path: string, text: string): readonly string[]
  /** Whether a build only wants to see that this file is there: it gets an empty one. */
  sees?(path: string): boolean
  /** A file as the build gets it, where that is not all of it. */
  trimmed?(path: string, text: string): string
  /** The shell line that builds it, where those files are, into `$DEBUG_SERVER_ENVIRONMENT`. */
  build(how: BuildOptions): string
  /** What commands find of the environment in this directory. */
  offers(directory: string): Offer
  /** Whether each session gets copies of its `node_modules`, beside the `package.json` of the same directory. */
  readonly copiesModules?: true
}

/** A program by its names, of which the first is taken that is on PATH, and how it is asked for its version. */
export type Tool = { readonly names: readonly [string, ...string[]]; readonly version: readonly string[] }

export type BuildOptions = {
  /** The name that the first of its tools was found by. */
  readonly tool: string
  /** The files that it gets. */
  readonly files: ReadonlySet<string>
  /** Without network. */
  readonly offline: boolean
}

export type Offer = {
  /** Directories of programs, which come first in PATH. */
  readonly path: readonly string[]
  readonly variables: Readonly<Record<string, string>>
}

export const tool = (...names: Tool['names']): Tool => ({ names, version: ['--version'] })

/** Steps of a build: the first that fails is the last. Nothing runs where nobody says what is to be built. */
export const steps = (...lines: readonly string[]): string => ['set -eu', ...lines].join('; ')

/**
 * The last step where sessions share what was built: a command without a sandbox does not change it for the others by
 * mistake. The directory itself stays as it is, so that it can be moved away; root is not held by modes.
 */
export const readOnly = (directory: string): string => `chmod -R a-w "$DEBUG_SERVER_ENVIRONMENT/${directory}"`

export const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
