import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { dirname, join } from 'node:path'
import type { Kind } from './manifest.ts'

const longestMs = 10_000
/** A Taskfile that has what most have. */
const taskfile = (root: string) => `import { writeFileSync } from 'node:fs'
import { task } from ${JSON.stringify(join(root, 'tasks/engine/task.ts'))}
const command = task({ describe: 'A command', run: ['true'] })
const made = task({ describe: 'A file', inputs: ['in'], outputs: ['out'], run: ['cp', 'in', 'out'] })
const all = task({
  describe: 'A function',
  needs: { command, made },
  run: async (_, { exec, print }) => {
    await exec('true')
    print('done\\n')
  },
})
// So many that they are settled together.
const many = Object.fromEntries(
  Array.from({ length: 50 }, (_, i) => [
    \`file\${i}\`,
    task({ describe: 'A file', inputs: ['in'], outputs: [\`out\${i}\`], run: () => writeFileSync(\`out\${i}\`, '') }),
  ]),
)
const settled = task({ describe: 'All files', needs: many, run: () => {} })
export default { all, command, made, settled, ...many }
`

export interface Practice {
  readonly root: string
  readonly main: string
  /** Where the program will be, and its text. */
  readonly program: string
  readonly text: string
  /** Made for this. Not taken away. */
  readonly directory: string
}

export type Codes = Readonly<Record<Kind, Uint8Array>>

/**
 * What V8 has compiled of the program once it has done what people do with it: a function is compiled when it is first
 * called, so another process does that, in a directory of its own. Undefined where it fails, and the program runs without.
 *
 * Compiled code is good for the V8 and the flags that it was made with, so that process has none of the flags of this one.
 */
export function compiledCode({ root, main, program, text, directory }: Practice): Codes | undefined {
  mkdirSync(directory)
  const write = (name: string, content: string): string => {
    const path = join(directory, name)
    writeFileSync(path, content)
    return path
  }
  write('Taskfile.ts', taskfile(root))
  write('in', 'text')
  // What is kept there of the sources that it needs halves the time.
  const cache = getCompileCacheDir()
  const practise = join(import.meta.dirname, 'practise-main.ts')
  const { status } = spawnSync(process.execPath, [practise, main, program, write('program', text)], {
    cwd: directory,
    env: { PATH: process.env.PATH, ...(cache !== undefined && { NODE_COMPILE_CACHE: dirname(cache) }) },
    stdio: 'ignore',
    timeout: longestMs,
    killSignal: 'SIGKILL',
  })
  if (status !== 0) return undefined
  const read = (kind: Kind) => readFileSync(join(directory, `${kind}.code`))
  return { run: read('run'), complete: read('complete'), brief: read('brief') }
}
