import { writeFile } from 'node:fs/promises'
import { visible } from '../../../lib/visible.ts'
import { usageError } from '../cli-error.ts'
import type { Git } from './git.ts'

/**
 * The difference between a commit and the index as text, which is all that a patch may be. A file of text in another
 * encoding is told as git tells binary files; for that `attributes` is written.
 */
export async function textDiff(git: Git, commit: string, attributes: string): Promise<string> {
  const first = await diff(git, commit, [])
  const text = decoded(first)
  if (text !== undefined) return text
  const others = await pathsOf(git, commit, first)
  await writeFile(attributes, others.map(path => `${pattern(path)} -diff\n`).join(''))
  const second = decoded(await diff(git, commit, ['-c', `core.attributesFile=${attributes}`]))
  if (second !== undefined) return second
  throw usageError(`--patch @working-tree: ${others.map(visible).join(', ')}: it is not UTF-8 text`)
}

const what = ['--cached', '--no-renames', '--ignore-submodules=all'] as const

const diff = (git: Git, commit: string, config: readonly string[]): Promise<Buffer> =>
  git([
    ...[...config, 'diff-index', ...what, '--patch', '--binary', '--full-index', '--no-color'],
    ...['--no-ext-diff', '--no-textconv', '--src-prefix=a/', '--dst-prefix=b/', commit],
  ])

function decoded(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The files whose part of a diff is no text: names come in the order of the parts. */
async function pathsOf(git: Git, commit: string, whole: Buffer): Promise<string[]> {
  const names = (await git(['diff-index', ...what, '--name-only', '-z', commit])).toString().split('\0')
  const parts = whole.toString('latin1').split(/^(?=diff --git )/m)
  return names.filter(
    (_, i) => parts[i] !== undefined && decoded(Buffer.from(parts[i], 'latin1')) === undefined,
  )
}

/** A pattern of gitattributes that means this very file: from the top, quoted, nothing in it a wildcard. */
const pattern = (path: string): string => {
  const plain = path.replace(/[\\*?[]/g, '\\$&')
  return `"/${plain.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`
}
