/** The `code` that Node gives to errors of the system and its own, such as `ENOENT`; undefined where there is none. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined
