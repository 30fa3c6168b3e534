import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ownRoot } from './workspace.ts'

/** The version of this package, as every surface tells it. */
export const packageVersion = (): string => {
  const { version } = JSON.parse(readFileSync(join(ownRoot, 'package.json'), 'utf8')) as { version: string }
  return version
}
