import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** The lowest bits of a descriptor's flags: 0 is open for reading alone. */
const accessMode = 0b11

/** Who has files open for writing now, by their paths. Of processes that may not be looked into nothing is known. */
export function writersNow(): ReadonlyMap<string, readonly number[]> {
  const writers = new Map<string, number[]>()
  for (const pid of entries('/proc').filter(name => /^\d+$/.test(name)))
    for (const descriptor of entries(`/proc/${pid}/fd`)) {
      const path = writtenBy(pid, descriptor)
      if (path !== undefined) writers.set(path, [...(writers.get(path) ?? []), Number(pid)])
    }
  return writers
}

function writtenBy(pid: string, descriptor: string): string | undefined {
  try {
    const path = readlinkSync(`/proc/${pid}/fd/${descriptor}`)
    if (!path.startsWith('/')) return undefined
    const [, flags = '0'] =
      /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8')) ?? []
    return (Number.parseInt(flags, 8) & accessMode) === 0 ? undefined : path
  } catch {
    return undefined // closed meanwhile
  }
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
