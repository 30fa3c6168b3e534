/**
 * The process of `compiled-code.ts`: starts the program in several ways, one after the other, and writes what V8 has
 * compiled of it by then into the current directory.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Script } from 'node:vm'
import type { Kind } from './manifest.ts'

const starts: Readonly<Record<Kind | 'first', readonly (readonly string[])[]>> = {
  // Makes what is up to date later on. What only that needs is compiled again where a run has something to make.
  first: [['made', 'settled'], ['settled']],
  run: [['--jobs', '2', 'all'], ['settled']],
  brief: [[], ['--version'], ['--list']],
  // The last, for it leaves the process without output.
  complete: [['--complete', 'fish', 'al']],
}

const [, , main = '', program = '', textFile = ''] = process.argv
const launcher: { scriptOf(program: { path: string; text: string; code: undefined }): Script } = await import(
  new URL('../launch.mjs', import.meta.url).href
)
const text = readFileSync(textFile, 'latin1')
const { exit } = process
// Most starts end their process.
process.exit = (() => {}) as typeof exit
for (const [kind, lines] of Object.entries(starts)) {
  // By another name it is another script, of which nothing is compiled yet.
  const script = launcher.scriptOf({ path: `${program}.${kind}`, text, code: undefined })
  for (const words of lines) {
    process.argv = [process.execPath, main, ...words]
    await script.runInThisContext()((specifier: string) => import(specifier))
  }
  writeFileSync(`${kind}.code`, script.createCachedData())
}
exit(0)
