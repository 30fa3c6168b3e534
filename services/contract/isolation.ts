/**
 * What keeps the commands of a session apart from the server, its host and other sessions.
 * `none`: nothing does but their environment; they can do what the user can who runs the server.
 */
export const isolations = ['bubblewrap', 'none'] as const
export type Isolation = (typeof isolations)[number]
