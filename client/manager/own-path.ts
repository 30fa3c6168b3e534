import { realpathSync } from 'node:fs'
import { isAbsolute, relative, sep } from 'node:path'

const generated = '.artifacts'

/**
 * The path of a file of this workspace from its top; undefined for what lies elsewhere, and for what is written at run time:
 * that may be a checkout of somebody else's.
 */
export function ownPath(root: string, path: string): string | undefined {
  const inside = relative(root, path)
  const [first] = inside.split(sep)
  return inside === '' || isAbsolute(inside) || first === '..' || first === generated ? undefined : inside
}

/** Whether a path, or what it leads to, lies among what is written at run time. */
export const isGenerated = (root: string, path: string): boolean =>
  [relative(root, path), relative(followed(root), followed(path))].some(
    inside => inside.split(sep)[0] === generated,
  )

function followed(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
