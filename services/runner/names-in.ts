import { readdir } from 'node:fs/promises'

/** The names in a directory; none where it cannot be read, as where nothing has made it yet. */
export const namesIn = (directory: string): Promise<string[]> => readdir(directory).catch(() => [])
