#!/usr/bin/env node
// Plain JavaScript for Node 20 or later: checks that the dependencies are there, and hands over to Node 24.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { handOver } from '../../lib/hand-over.mjs'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
// What lists processes shows their arguments to everybody on the machine, so no token is left in them.
if (process.argv.some(arg => arg.startsWith('--token'))) process.title = 'debug-server'
const [word, ...behind] = programOf(process.argv.slice(2))
if (word === 'serve') {
  // A task of this clone, wherever one stands; it installs what is missing, too.
  const tasks = join(root, 'tasks', 'cli.mjs')
  process.argv = [process.execPath, tasks, '--taskfile', join(root, 'Taskfile.ts'), 'serve', ...behind]
  await import(pathToFileURL(tasks).href)
} else if (existsSync(join(root, 'node_modules', 'commander'))) {
  if (word === 'mcp') await handOver({ root, main: join(root, 'client/mcp/main.ts') })
  else
    await handOver({
      ...{ root, main: join(root, 'client/cli/main.ts') },
      launcher: join(root, 'tasks/launch.mjs'),
    })
} else {
  process.stderr.write(
    `error: the dependencies of ${root} are not installed\n  run "npx task up" there first\n`,
  )
  process.exitCode = 1
}

/**
 * Which command this is, where it is a program of its own, and what stands behind it. Its help is told with that of all
 * other commands.
 */
function programOf(args) {
  const valued = ['--base-url', '--token', '--ca', '--profile']
  let place = 0
  while (args[place]?.startsWith('-')) place += valued.includes(args[place]) ? 2 : 1
  const isHelp = args.some(arg => arg === '--help' || arg === '-h')
  return isHelp ? [] : args.slice(place)
}
