import { realpathSync, statSync } from 'node:fs'

/** Tells one version of a program from another without running it; undefined where there is none. */
export function identityOf(program: string): string | undefined {
  try {
    const path = realpathSync(program)
    const { size, mtimeMs } = statSync(path)
    return `${path} ${size} ${mtimeMs}`
  } catch {
    return undefined
  }
}
