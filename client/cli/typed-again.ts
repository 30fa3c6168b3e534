export type NamedDebug = { readonly session: string; readonly debug?: string | undefined }

/** The session and, where one was named, the debug session of a call, for a hint that is about the same one. */
export const typedAgain = ({ session, debug }: NamedDebug): string =>
  debug === undefined ? session : `${session} --debug ${debug}`
