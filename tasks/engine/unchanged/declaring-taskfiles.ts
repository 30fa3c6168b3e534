import { readFileSync, realpathSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { sep } from 'node:path'
import { isCode } from '../sources/module-imports.ts'
import { placeOf } from '../sources/specifier.ts'
import { DeclaringModule, type ImportedModule } from './declaring-module.ts'

/**
 * Whether these Taskfiles, with the modules that they import, only declare: they export the same tasks as long as the
 * files are the same. Of packages it is taken for granted that to import something of theirs changes no task.
 */
export function onlyDeclare(taskfiles: readonly string[], engineDirectory: string): boolean {
  const { parseSync } = createRequire(import.meta.url)('oxc-parser') as typeof import('oxc-parser')
  const engine = realpathSync.native(engineDirectory) + sep
  const modules = new Map<string, DeclaringModule | undefined>()

  const read = (path: string): DeclaringModule | undefined => {
    // What imports itself, over others, is not found here while it is being read.
    if (modules.has(path)) return modules.get(path)
    modules.set(path, undefined)
    if (!isCode(path)) return undefined
    const { program, errors } = parseSync(path, readFileSync(path, 'utf8'))
    if (errors.length > 0) return undefined
    const module = new DeclaringModule(program, specifier => importedFrom(path, specifier))
    modules.set(path, module)
    return module
  }
  const importedFrom = (path: string, specifier: string): ImportedModule => {
    if (isBuiltin(specifier)) return { kind: 'builtin', name: specifier.replace('node:', '') }
    // A file of the project's own, by the word of its package.json.
    if (specifier.startsWith('#')) return { kind: 'local', module: () => undefined }
    const place = placeOf(specifier, path)
    if (place.kind !== 'file') return { kind: 'package' }
    const file = realpathSync.native(place.path)
    return file.startsWith(engine) ? { kind: 'engine' } : { kind: 'local', module: () => read(file) }
  }

  try {
    return taskfiles.every(path => read(realpathSync.native(path))?.isDeclaring === true)
  } catch {
    return false // something is not there any more, or cannot be read
  }
}
