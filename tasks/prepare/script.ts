import { parseSync } from 'oxc-parser'

/** Stands for `import` in the program: as long as that, so that the source map fits. */
const importer = '$mport'

/** What is put around the modules of the program. In a module, `await`, strictness and no `this` go without saying. */
export const wrapping = { start: `(async function(${importer}){"use strict";`, end: '})' }

/**
 * Makes the wrapped text of modules a script: only of scripts does Node hand out what it has compiled. The value of the
 * script is a function that is given `import`, which no script has. Throws where the text would mean something else then.
 */
export function asScript(text: string): string {
  const { module, errors } = parseSync('program.mjs', text)
  if (errors[0] !== undefined) throw new Error(`the bundle cannot be parsed: ${errors[0].message}`)
  if (module.importMetas.length > 0) throw new Error('the bundle reads import.meta')
  const outer = text.slice(wrapping.start.length)
  if (outer.includes(importer)) throw new Error(`the bundle says ${importer} itself`)
  let script = ''
  let end = 0
  for (const { start } of module.dynamicImports) {
    script += text.slice(end, start) + importer
    end = start + importer.length
  }
  return script + text.slice(end)
}
