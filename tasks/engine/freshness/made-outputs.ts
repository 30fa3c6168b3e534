import { type Dirent, readdirSync } from 'node:fs'
import { UserError } from '../../../lib/user-error.ts'
import { lookAt } from '../files/file-look.ts'
import type { FileTable } from '../files/file-table.ts'
import { filesMatching, isGlob, plainPath } from '../files/find-files.ts'

export type MadeOutputs =
  | { readonly kind: 'made'; readonly paths: readonly string[] }
  | { readonly kind: 'failed'; readonly error: UserError }

/**
 * What is there of the outputs that a task declares: files, links, and directories that are empty, sorted. A declared
 * output of which there is nothing is a failure of the task.
 */
export function madeOutputs(declared: readonly string[], files: FileTable): MadeOutputs {
  const paths = new Set<string>()
  const missing: string[] = []
  for (const output of declared) {
    const made = madeOf(plainPath(output), files)
    if (made.length === 0) missing.push(output)
    for (const path of made) paths.add(path)
  }
  if (missing.length === 0) return { kind: 'made', paths: [...paths].sort() }
  return {
    kind: 'failed',
    error: new UserError(`it did not make ${missing.join(', ')}`, {
      fix: 'correct `outputs`, or have the task make what it declares',
    }),
  }
}

function madeOf(output: string, files: FileTable): readonly string[] {
  if (isGlob(output)) return filesMatching(files.root, output)
  const look = lookAt(files.absolute(output))
  if (look === undefined || look.kind === 'other') return []
  return look.kind === 'directory' ? everythingBelow(files.root, output) : [output]
}

/** Every file and link below a directory, and each directory that holds nothing. */
function everythingBelow(root: string, directory: string): string[] {
  const entries: Dirent[] = readdirSync(`${root}/${directory}`, { withFileTypes: true })
  if (entries.length === 0) return [directory]
  return entries.flatMap(entry => {
    const path = `${directory}/${entry.name}`
    if (entry.isDirectory()) return everythingBelow(root, path)
    return entry.isFile() || entry.isSymbolicLink() ? [path] : []
  })
}
