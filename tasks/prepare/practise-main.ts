/**
 * The process of `compiled-code.ts`: starts the program in several ways, one after the other, and writes what V8 has
 * compiled of it by then into the current directory.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Script } from 'node:vm'
import { recipes } from './recipes.ts'

const [, , name = '', main = '', program = '', textFile = '', ...others] = process.argv
const recipe = recipes[name]
if (recipe === undefined) throw new Error(`nobody prepares ${name}`)
const launcher: { scriptOf(program: { path: string; text: string; code: undefined }): Script } = await import(
  new URL('../launch.mjs', import.meta.url).href
)
const { exit } = process
// Most starts end their process.
process.exit = (() => {}) as typeof exit
const starts = Object.entries({ first: recipe.first, ...recipe.starts }).map(([kind, lines]) => ({
  ...{ kind, lines, textFile },
  // By another name it is another script, of which nothing is compiled yet.
  path: `${program}.${kind}`,
}))
for (let at = 0; at < others.length; at += 3) {
  const [kind = '', path = '', textFile = ''] = others.slice(at)
  starts.push({ kind, lines: recipe.ahead[kind]?.starts ?? [], textFile, path })
}
for (const { kind, lines, textFile, path } of starts) {
  const script = launcher.scriptOf({ path, text: readFileSync(textFile, 'latin1'), code: undefined })
  for (const words of lines) {
    process.argv = [process.execPath, main, ...words]
    await script.runInThisContext()((specifier: string) => import(specifier))
  }
  writeFileSync(`${kind}.code`, script.createCachedData())
}
exit(0)
