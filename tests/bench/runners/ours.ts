import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sourceRoot } from '../source-root.ts'
import { all } from './graph.ts'
import { jobs, type Runner } from './runner.ts'

const task = join(sourceRoot, 'node_modules/.bin/task')
const engine = (name: string) => JSON.stringify(join(sourceRoot, `tasks/engine/${name}.ts`))
const { version } = JSON.parse(readFileSync(join(sourceRoot, 'package.json'), 'utf8')) as { version: string }

/** This project's runner, started as a user does. */
export const ours: Runner = {
  name: 'task',
  version,
  declare(directory, graph) {
    const tasks = graph.map(({ name, needs, argv, files }) => {
      if (name === all)
        return `const ${name} = group({ describe: 'All tasks', needs: { ${needs.join(', ')} } })\n`
      const options = [
        `describe: 'Task ${name}'`,
        ...(needs.length > 0 ? [`needs: { ${needs.join(', ')} }`] : []),
        ...(files
          ? [`inputs: ${JSON.stringify(files.inputs)}`, `outputs: ${JSON.stringify(files.outputs)}`]
          : []),
        `run: ${argv === undefined ? '() => {}' : JSON.stringify(argv)}`,
      ]
      return `const ${name} = task({ ${options.join(', ')} })\n`
    })
    const names = graph.map(({ name }) => name).join(', ')
    writeFileSync(
      join(directory, 'Taskfile.ts'),
      `import { group } from ${engine('group')}\nimport { task } from ${engine('task')}\n${tasks.join('')}export default { ${names} }\n`,
    )
  },
  run: target => ({ file: task, args: ['--jobs', `${jobs}`, target] }),
  list: () => ({ file: task, args: ['--list'] }),
}
