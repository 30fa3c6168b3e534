/** One reason why a task is not up to date: what is other than when its result was made. */
export type Change =
  /** No result of it is known. */
  | { readonly kind: 'never-succeeded' }
  /** It has begun to run since it last succeeded, and has not succeeded again. */
  | { readonly kind: 'unfinished' }
  | { readonly kind: 'forced' }
  /** A file among its inputs. */
  | { readonly kind: 'input'; readonly path: string; readonly how: 'added' | 'removed' | 'changed' }
  /** A module that declares it, or that such a module imports. */
  | { readonly kind: 'source'; readonly path: string }
  /** Its command, or what it declares as its outputs. */
  | { readonly kind: 'definition' }
  | { readonly kind: 'value' | 'param' | 'env'; readonly name: string }
  /** The words after `--`. */
  | { readonly kind: 'rest' }
  | {
      readonly kind: 'tool'
      readonly name: string
      readonly from: string | undefined
      readonly to: string | undefined
    }
  /** What a need returned, or the files that it made. Unknown: its result cannot be compared with another. */
  | { readonly kind: 'need'; readonly name: string; readonly what: 'result' | 'outputs' | 'unknown' }
  /** Its own outputs, while all else is the same. */
  | { readonly kind: 'output'; readonly path: string; readonly how: 'missing' | 'changed' }
