/**
 * How the prepared program gets a builtin of Node. Some take longer to load than the whole program (node:crypto, node:util,
 * node:child_process: 5 to 10 ms each), and a module that takes a name from one at its top may never need it. So names are
 * read where they are used, which loads the builtin the first time. A module that does `import x from`, or
 * `import * as x from`, gets the builtin itself, at once.
 *
 * @returns what tells this module from others for the same builtin, and its text as CommonJS
 */
export function builtinModule(
  specifier: string,
  importer: string,
): { readonly suffix: string; readonly contents: string } {
  const builtin = `process.getBuiltinModule(${JSON.stringify(specifier)})`
  const names = namesFrom(specifier, importer)
  if (names === undefined) return { suffix: '', contents: `module.exports = ${builtin}` }
  const getters = names.map(name => `get ${name}() { return load().${name} },`)
  const contents = [
    'let loaded',
    `const load = () => (loaded ??= ${builtin})`,
    'module.exports = {',
    ...getters,
    '}',
  ]
  return { suffix: `?${names}`, contents: contents.join('\n') }
}

/**
 * The names that a module imports from a builtin, or undefined where it takes more than names. What looks like an import
 * in a comment may make this undefined, or a name longer, and does no harm.
 */
export function namesFrom(specifier: string, importer: string): readonly string[] | undefined {
  const statement = new RegExp(
    `\\b(import|export)\\b\\s*((?:(?!\\bimport\\b)[^'";])*?)\\s*\\bfrom\\s*(['"])${RegExp.escape(specifier)}\\3`,
    'g',
  )
  let names: Set<string> | undefined
  for (const [, keyword, clause = ''] of importer.matchAll(statement)) {
    if (/^type\s/.test(clause)) continue
    const inner = /^\{([^{}]*)\}$/.exec(clause)?.[1]
    if (inner === undefined || keyword === 'export') return undefined
    names ??= new Set()
    for (const part of inner.split(',').map(part => part.trim())) {
      if (part === '' || /^type\s/.test(part)) continue
      const name = part.split(/\s+as\s+/)[0] ?? part
      if (!/^[\w$]+$/.test(name) || name === 'default') return undefined
      names.add(name)
    }
  }
  return names && [...names].sort()
}
