import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { dirname, join } from 'node:path'
import { recipes } from './recipes.ts'

const longestMs = 10_000

export interface Practice {
  /** Of the program, as people start it. */
  readonly name: string
  readonly root: string
  readonly main: string
  /** Where the program will be, and its text. */
  readonly program: string
  readonly text: string
  /** The same of those that go ahead of it, by name. */
  readonly ahead: Readonly<Record<string, { readonly program: string; readonly text: string }>>
  /** Made for this. Not taken away. */
  readonly directory: string
}

export interface Codes {
  /** By what a start does. */
  readonly itself: Readonly<Record<string, Uint8Array>>
  readonly ahead: Readonly<Record<string, Uint8Array>>
}

/** Files that were written this long ago count as what they are, and not as what may still change: see `isTrustworthy`. */
const settledMs = 30

/**
 * What V8 has compiled of the program once it has done what people do with it: a function is compiled when it is first
 * called, so another process does that, in a directory of its own. Undefined where it fails, and the program runs without.
 *
 * Compiled code is good for the V8 and the flags that it was made with, so that process has none of the flags of this one.
 */
export function compiledCode({
  name,
  root,
  main,
  program,
  text,
  ahead,
  directory,
}: Practice): Codes | undefined {
  const recipe = recipes[name]
  if (recipe === undefined) return undefined
  mkdirSync(directory)
  const write = (name: string, content: string): string => {
    const path = join(directory, name)
    writeFileSync(path, content)
    return path
  }
  for (const [file, content] of Object.entries(recipe.files(root))) write(file, content)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, settledMs)
  // What is kept there of the sources that it needs halves the time.
  const cache = getCompileCacheDir()
  const practise = join(import.meta.dirname, 'practise-main.ts')
  const programs = [
    program,
    write('program', text),
    ...Object.entries(ahead).flatMap(([kind, { program, text }]) => [kind, program, write(kind, text)]),
  ]
  const { status } = spawnSync(process.execPath, [practise, name, main, ...programs], {
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      ...(cache !== undefined && { NODE_COMPILE_CACHE: dirname(cache) }),
    },
    stdio: 'ignore',
    timeout: longestMs,
    killSignal: 'SIGKILL',
  })
  if (status !== 0) return undefined
  const codeFor = (kind: string) => readFileSync(join(directory, `${kind}.code`))
  return {
    itself: Object.fromEntries(Object.keys(recipe.starts).map(kind => [kind, codeFor(kind)])),
    ahead: Object.fromEntries(Object.keys(ahead).map(kind => [kind, codeFor(kind)])),
  }
}
