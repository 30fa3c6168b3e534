import { UserError } from '../../lib/user-error.ts'

/** What this program itself refuses, under a stable code, with what to do about it. */
export class ToolError extends UserError {
  readonly code: string

  constructor(code: string, message: string, fix?: string) {
    super(message, { fix })
    this.code = code
  }
}

export const badCursor = (tool: string, cursor: string): ToolError =>
  new ToolError(
    'cursor_unknown',
    `${tool} has nothing to go on with at the cursor "${cursor.slice(0, 100)}"`,
    `call ${tool} without a cursor; only the latest results are kept to go on with`,
  )
