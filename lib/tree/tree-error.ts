/** Why something of a tree is not to be had, or not to be done there. */
export type TreeErrorCode =
  | 'INVALID_PATH'
  | 'NOT_A_DIRECTORY'
  | 'NOT_A_FILE'
  | 'PATH_TRAVERSAL'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'BUSY'
  | 'NO_ROOM'

/** An expected outcome, thrown to where it is told. */
export class TreeError extends Error {
  override readonly name = 'TreeError'
  readonly code: TreeErrorCode

  constructor(code: TreeErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
