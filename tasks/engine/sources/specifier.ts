import { isBuiltin } from 'node:module'
import { sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Where a specifier leads from a file; `none` for Node's own modules and what is no file at all. */
export type Place =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly specifier: string }
  | { readonly kind: 'none' }

/** As Node does: relative to the file, as a URL, with extension; anything bare is a package. */
export function placeOf(specifier: string, from: string): Place {
  if (isBuiltin(specifier)) return { kind: 'none' }
  if (!/^(?:\.{0,2}\/|\.{1,2}$|file:)/.test(specifier)) {
    return /^[a-z][a-z\d+.-]*:/i.test(specifier) ? { kind: 'none' } : { kind: 'package', specifier }
  }
  try {
    return { kind: 'file', path: packageFile(fileURLToPath(new URL(specifier, pathToFileURL(from)))) }
  } catch {
    return { kind: 'none' } // such as a URL with an encoded slash, which Node refuses too
  }
}

/** `@scope/name/sub/path` in two. */
export function splitPackage(specifier: string): { name: string; subpath: string } {
  const words = specifier.split('/')
  const count = specifier.startsWith('@') ? 2 : 1
  return { name: words.slice(0, count).join('/'), subpath: words.slice(count).join('/') }
}

const installed = new RegExp(
  `^.*\\${sep}node_modules\\${sep}(?:@[^\\${sep}]+\\${sep})?[^\\${sep}]+(?=\\${sep})`,
)

/** In the place of a file of an installed package, its package.json: an update changes the version there. */
export function packageFile(path: string): string {
  const [directory] = path.includes('node_modules') ? (installed.exec(path) ?? []) : []
  return directory === undefined ? path : `${directory}${sep}package.json`
}
