#!/usr/bin/env node
// Plain JavaScript for Node 20 or later: checks that the dependencies are there, and hands over to Node 24.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { handOver } from '../../lib/hand-over.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
if (existsSync(join(root, 'node_modules', 'commander'))) {
  await handOver({ root, main: join(root, 'client/cli/main.ts') })
} else {
  process.stderr.write(
    `error: the dependencies of ${root} are not installed\n  run "npx task up" there first\n`,
  )
  process.exitCode = 1
}
