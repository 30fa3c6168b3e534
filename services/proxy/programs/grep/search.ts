import type { Names } from '../../../../lib/tree/names.ts'
import type { Tree } from '../../../../lib/tree/tree.ts'

/** What is looked for, and where. */
export type Search = {
  readonly pattern: string
  /** Whether the pattern is a text as it stands. */
  readonly isText: boolean
  readonly ignoreCase: boolean
  /** A directory or a file of the tree. */
  readonly names: Names
  readonly tree: Tree
  /** The most matches that are wanted of one file. */
  readonly mostOfOne: number
  /** Aborted when nobody wants more, or the time is over. */
  readonly signal: AbortSignal
}

/** Lines of a file in which it was found, counted from 1, in order. */
export type Found = { readonly names: Names; readonly lines: readonly number[] }

/** Larger files are not searched, in bytes. */
export const largestFile = 10_485_760

/** Tells one file after the other; ends early, without an error, at the signal. Throws a UserError for a pattern that is none. */
export type Engine = (search: Search) => AsyncGenerator<Found>
