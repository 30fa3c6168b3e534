#!/usr/bin/env node
/**
 * `npx task`. Plain JavaScript, for it runs in a fresh clone, before anything is installed, on whatever Node is there:
 * installs the dependencies where they are missing or outdated, then launches `main.ts`, on Node 24.
 */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { useCompileCache } from '../lib/compile-cache.mjs'
import { launch } from './launch.mjs'

// See lib/hand-over.mjs.
/** @type {typeof import('node:fs')} */
const { existsSync, readFileSync, statSync } =
  process.getBuiltinModule?.('node:fs') ?? (await import('node:fs'))
const version = Number.parseInt(process.versions.node, 10)
/** A shell asks what may stand at the cursor. */
const completes = process.argv[2] === '--complete'
const root = dirname(dirname(fileURLToPath(import.meta.url)))

if (version < 20) {
  process.stderr.write(
    `Node ${process.versions.node} is too old: task needs Node 20 or later\n  see https://nodejs.org\n`,
  )
  process.exitCode = 1
} else if (completes ? wasInstalled() : isInstalled() || (await install())) {
  const args = process.argv.slice(2)
  const program = { root, main: join(root, 'tasks', 'main.ts'), writes: !onlyLooks(args) }
  // A Node that is new enough needs nobody to hand over to.
  if (version >= 24) {
    if (program.writes) useCompileCache(root)
    process.argv = [process.execPath, program.main, ...args]
    await launch(program)
  } else {
    const { handOver } = await import('../lib/hand-over.mjs')
    await handOver({ ...program, launcher: join(root, 'tasks', 'launch.mjs') })
  }
} else {
  process.exitCode = completes ? 0 : 1
}

/** `--plan`, `check` and `bootstrap --check` write nothing at all, and so no cache either. */
function onlyLooks(words) {
  return (
    words.includes('--plan') ||
    (words.includes('bootstrap') && words.includes('--check')) ||
    (words.includes('check') && !words.includes('--code'))
  )
}

/** The quick answer: the lock file has the size and the time that it had when its dependencies were installed. */
function isInstalled() {
  try {
    const { size, mtimeMs } = JSON.parse(
      readFileSync(join(root, 'node_modules', '.task-install.json'), 'utf8'),
    )
    const lock = statSync(join(root, 'package-lock.json'))
    return lock.size === size && lock.mtimeMs === mtimeMs
  } catch {
    return false
  }
}

/** Older dependencies are good enough for a TAB, which is no time to install new ones. */
function wasInstalled() {
  return existsSync(join(root, 'node_modules', '.task-install.json'))
}

async function install() {
  const { ensureInstalled } = await import('./install.mjs')
  return ensureInstalled(root)
}
