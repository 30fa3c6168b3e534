/**
 * The process of `compiled-code.ts`: starts the program in several ways, one after the other, and writes what V8 has
 * compiled of it by then into the current directory.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Script } from 'node:vm'
import { recipes } from './recipes.ts'

const [, , name = '', main = '', program = '', textFile = ''] = process.argv
const recipe = recipes[name]
if (recipe === undefined) throw new Error(`nobody prepares ${name}`)
const launcher: { scriptOf(program: { path: string; text: string; code: undefined }): Script } = await import(
  new URL('../launch.mjs', import.meta.url).href
)
const text = readFileSync(textFile, 'latin1')
const { exit } = process
// Most starts end their process.
process.exit = (() => {}) as typeof exit
for (const [kind, lines] of [['first', recipe.first], ...Object.entries(recipe.starts)] as const) {
  // By another name it is another script, of which nothing is compiled yet.
  const script = launcher.scriptOf({ path: `${program}.${kind}`, text, code: undefined })
  for (const words of lines) {
    process.argv = [process.execPath, main, ...words]
    await script.runInThisContext()((specifier: string) => import(specifier))
  }
  writeFileSync(`${kind}.code`, script.createCachedData())
}
exit(0)
