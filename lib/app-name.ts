/**
 * What apps of sessions are called. Two hyphens part one from its session in the name of an origin, which is one label of a
 * host: it has 63 characters at the most.
 */
export const appNamePattern = '[a-z](?:-?[a-z0-9]){0,29}'
