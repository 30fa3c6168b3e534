import { readlink } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { isIn } from '../../lib/is-in.ts'

/** As many as Linux follows: path_resolution(7). */
const mostLinks = 40

/**
 * Whether a path below a directory leads out of it, by itself or by a symbolic link. What lies outside is not asked for: the
 * answer is the same whether there is something or not. `top`: without symbolic links.
 */
export async function leadsOut(top: string, path: string): Promise<boolean> {
  const left = path.split(sep)
  let place = top
  let links = 0
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    place = name === '..' ? dirname(place) : join(place, name)
    if (!isIn(place, top)) return true
    const target = await readlink(place).catch(() => undefined)
    if (target === undefined) continue
    if (++links > mostLinks) return false
    if (isAbsolute(target) && !isIn(target, top)) return true
    left.unshift(...(isAbsolute(target) ? relative(top, target) : target).split(sep))
    place = isAbsolute(target) ? top : dirname(place)
  }
  return false
}
