/**
 * Starts the task command line: the prepared program where it is there and current, otherwise the sources as they stand.
 * Plain JavaScript with few imports, since each start goes through here; it runs on Node 24.
 *
 * The prepared program is a cache (see docs/decisions/0018-prepared-program.md): it is never required, and whatever is
 * wrong with it, the sources run.
 */
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

const { readFileSync, statSync } = process.getBuiltinModule('node:fs')

/**
 * @param {object} options
 * @param {string} options.root directory of the package
 * @param {string} options.main path of the source that is the program
 * @param {boolean} options.writes whether a program that is missing or stale may be prepared anew
 * @returns {Promise<void>}
 */
export async function launch({ root, main, writes }) {
  const prepared = currentProgram(root) ?? (writes ? await prepareAnew(root, main) : undefined)
  if (prepared === undefined) {
    await import(pathToFileURL(main).href)
    return
  }
  const { href } = pathToFileURL(prepared)
  try {
    await import(href)
  } catch (error) {
    if (isMissing(error, href)) {
      // Removed a moment ago, so nothing of it has run.
      await import(pathToFileURL(main).href)
      return
    }
    const { nameSources } = await import('./prepare/name-sources.ts')
    throw nameSources(error, prepared)
  }
}

/** The path of the prepared program, or undefined where anything is not as it was when that was made. */
export function currentProgram(root) {
  try {
    const text = readFileSync(join(root, '.artifacts', 'prepared', 'manifest.json'), 'utf8')
    /** @type {import('./prepare/manifest.ts').Manifest} */
    const manifest = JSON.parse(text)
    const { program, sources } = manifest
    if (manifest.root !== root || !isAsItWas(root, program)) return undefined
    return sources.every(source => isAsItWas(root, source)) ? root + sep + program[0] : undefined
  } catch {
    return undefined
  }
}

/** @param {import('./prepare/manifest.ts').Stamp} stamp */
function isAsItWas(root, [path, size, mtimeMs, ctimeMs, inode]) {
  const now = statSync(root + sep + path, { throwIfNoEntry: false })
  return (
    now !== undefined &&
    now.size === size &&
    now.mtimeMs === mtimeMs &&
    (ctimeMs === null || now.ctimeMs === ctimeMs) &&
    now.ino === inode
  )
}

async function prepareAnew(root, main) {
  try {
    const { prepare } = await import('./prepare/prepare.ts')
    return await prepare(root, main)
  } catch {
    // Whatever it is, a directory that cannot be written or a source that is being edited: the sources run.
    return undefined
  }
}

function isMissing(error, href) {
  return error?.code === 'ERR_MODULE_NOT_FOUND' && error.url === href
}
