import { isAbsolute, relative, sep } from 'node:path'

/**
 * The path of a file of this workspace from its top; undefined for what lies elsewhere, and for what is written at run time:
 * that may be a checkout of somebody else's.
 */
export function ownPath(root: string, path: string): string | undefined {
  const inside = relative(root, path)
  const [first] = inside.split(sep)
  return inside === '' || isAbsolute(inside) || first === '..' || first === '.artifacts' ? undefined : inside
}
