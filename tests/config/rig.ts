import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfiguration } from '../../config/configuration.ts'
import { problemText } from '../../config/problem.ts'

export type Workspace = {
  readonly root: string
  /** Writes a file of `config/`. */
  write(name: string, content: string | Uint8Array): string
  /** Everything that is wrong with the configuration, line by line. */
  problems(environment?: Record<string, string>): string[]
}

/** A workspace with nothing in it but an empty `config/`. */
export function createWorkspace(t: { teardown(end: () => void): void }): Workspace {
  const root = mkdtempSync(join(tmpdir(), 'ds-config-'))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  mkdirSync(join(root, 'config'))
  return {
    root,
    write: (name, content) => {
      const path = join(root, 'config', name)
      writeFileSync(path, content)
      return path
    },
    problems: (environment = {}) => readConfiguration(root, environment).problems.map(problemText),
  }
}
