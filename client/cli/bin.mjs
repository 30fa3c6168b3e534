#!/usr/bin/env node
// Plain JavaScript for Node 20 or later: checks that the dependencies are there, and hands over to Node 24.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { handOver } from '../../lib/hand-over.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
if (existsSync(join(root, 'node_modules', 'commander'))) {
  const main = isMcp(process.argv.slice(2)) ? 'client/mcp/main.ts' : 'client/cli/main.ts'
  await handOver({ root, main: join(root, main) })
} else {
  process.stderr.write(
    `error: the dependencies of ${root} are not installed\n  run "npx task up" there first\n`,
  )
  process.exitCode = 1
}

/**
 * Whether this is `debug-server mcp`, a program of its own that gets all arguments. Its help is told with that of all
 * other commands.
 */
function isMcp(args) {
  const valued = ['--base-url', '--token', '--ca', '--profile']
  let place = 0
  while (args[place]?.startsWith('-')) place += valued.includes(args[place]) ? 2 : 1
  return args[place] === 'mcp' && !args.some(arg => arg === '--help' || arg === '-h')
}
