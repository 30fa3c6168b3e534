import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jobs, type Runner } from './runner.ts'

const program = (name: string) => join(import.meta.dirname, '../floor', name)

const floor = (name: string, workers: number): Runner => ({
  name: 'floor',
  version: process.version,
  declare(directory, graph) {
    const tasks = graph.flatMap(({ argv, files }) => (argv === undefined ? [] : [{ argv, ...files }]))
    writeFileSync(join(directory, 'state.json'), JSON.stringify({ workers, tasks }))
  },
  run: () => ({ file: process.execPath, args: [program(name)] }),
})

/** Bare programs that do the least that the work of a graph can take. None looks at what needs what. */
export const floors = {
  /** Spawns the commands, two at once. */
  commands: floor('commands.cjs', jobs),
  /** Spawns them one by one. */
  chain: floor('commands.cjs', 1),
  /** One stat for each file, compared with one state file; spawns what changed. */
  files: floor('files.cjs', jobs),
  /** Reads the directories, then the same. */
  directories: floor('directories.cjs', 1),
}

/** The least that a program on Node can take: nothing. */
export const node: Runner = {
  name: 'node -e 0',
  version: process.version,
  declare() {},
  run: () => ({ file: process.execPath, args: ['-e', '0'] }),
  list: () => ({ file: process.execPath, args: ['-e', '0'] }),
}
