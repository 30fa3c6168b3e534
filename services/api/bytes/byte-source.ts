/** A file that an operation answers with. It never changes under its name. */
export type ByteSource = {
  readonly path: string
  readonly sha256: string
  readonly mediaType: string
  /** What a client may call it; from a repository, so anything may stand in it. */
  readonly name: string
  /** The refusal where it is gone by now. */
  readonly gone: string
}
