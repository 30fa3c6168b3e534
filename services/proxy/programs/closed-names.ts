/** Of git, and of this project: what writes into them runs as somebody else, and what reads them has their secrets. */
const directories: readonly string[] = ['.git', '.artifacts']
const suffix = '.local.toml'

/** What these tools never go to, wherever it is: the repository's own, run-time data, and configuration of one machine. */
export function isClosed(name: Buffer): boolean {
  const text = name.toString().toLowerCase()
  return directories.includes(text) || text.endsWith(suffix)
}

/** The same for programs that take patterns. */
export const closedPatterns: readonly string[] = [...directories, `*${suffix}`]
