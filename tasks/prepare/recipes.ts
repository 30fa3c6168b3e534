import { join } from 'node:path'

/** How a program is prepared: what becomes part of it, and what is done with it so that V8 compiles what people use. */
export interface Recipe {
  /** Packages that become part of the program. Any other stays where it is, and is imported when it is needed. */
  readonly packages: readonly string[]
  /** Modules of these that are left out, and export nothing. */
  readonly emptied: readonly string[]
  /** Files of the directory in which it is started, by their names. */
  readonly files: (root: string) => Readonly<Record<string, string>>
  /** The lines that it is started with beforehand, and then for each kind of start, in this order. */
  readonly first: readonly (readonly string[])[]
  readonly starts: Readonly<Record<string, readonly (readonly string[])[]>>
  /** Programs that may go ahead of it, by name. */
  readonly ahead: Readonly<Record<string, Ahead>>
}

export interface Ahead {
  /** The path of its source below the root. */
  readonly main: string
  /** Its starts after all others. */
  readonly starts: readonly (readonly string[])[]
}

/** By the name of the program that people start; the kinds are those of `launch.mjs`. */
export const recipes: Readonly<Record<string, Recipe>> = {
  task: {
    packages: ['leven', 'ms'],
    emptied: [],
    files: root => ({ 'Taskfile.ts': taskfile(root), in: 'text' }),
    // Makes what is up to date later on. What only that needs is compiled again where a run has something to make.
    first: [['made', 'settled'], ['settled'], ['still'], ['still'], ['--jobs', '2', 'command']],
    starts: {
      run: [['--jobs', '2', 'all'], ['settled']],
      brief: [[], ['--version'], ['--list']],
      // The last, for it leaves the process without output.
      complete: [['--complete', 'fish', 'al']],
    },
    ahead: {
      unchanged: { main: 'tasks/unchanged.ts', starts: [['still']] },
      commands: { main: 'tasks/known-commands.ts', starts: [['--jobs', '2', 'command']] },
    },
  },
  'debug-server': {
    packages: ['zod', 'commander', 'get-east-asian-width', 'leven'],
    // A third of zod: its messages in other languages, which nobody asks it for.
    emptied: ['zod/v4/locales/index.js'],
    files: () => ({}),
    first: [],
    ahead: {},
    starts: {
      brief: [['--version'], ['--help'], ['session', 'list', '--help']],
      // Nobody is there.
      run: [
        ['--base-url', 'http://127.0.0.1:1', '--token', 'none', 'whoami', '--json'],
        ['--base-url', 'http://127.0.0.1:1', '--token', 'none', 'session', 'list'],
      ],
    },
  },
}

/** A Taskfile that has what most have. */
const taskfile = (root: string) => `import { writeFileSync } from 'node:fs'
import { group } from ${JSON.stringify(join(root, 'tasks/engine/group.ts'))}
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
const still = group({ describe: 'All files, and nothing else', needs: many })
export default { all, command, made, settled, still, ...many }
`
