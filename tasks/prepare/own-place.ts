import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * What a module knows of its own place. In a bundle `import.meta` would be that of the bundle, so each module gets
 * constants of its own in its stead. Whatever else is in `import.meta` has no such replacement.
 */
export const placeDefines = {
  'import.meta.url': 'moduleUrlOfSource',
  'import.meta.dirname': 'moduleDirnameOfSource',
  'import.meta.filename': 'moduleFilenameOfSource',
}

/** The text of a module with its constants, on its first line so that all lines keep their numbers. */
export function withOwnPlace(path: string, text: string): string {
  if (!text.includes('import.meta')) return text
  const constants = {
    moduleUrlOfSource: pathToFileURL(path).href,
    moduleDirnameOfSource: dirname(path),
    moduleFilenameOfSource: path,
  }
  const declared = Object.entries(constants).map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
  return `const ${declared.join(', ')}; ${text}`
}
