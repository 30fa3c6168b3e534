/**
 * Hands a program over to Node 24 or later. Plain JavaScript that Node 20 can load: it runs before anything else does,
 * in every command that this package installs.
 */
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { useCompileCache } from './compile-cache.mjs'

// Asked for in this way, a builtin brings nothing along: an import of node:fs loads streams for its `ReadStream`, which takes
// a fifth of a short run. Node 20 has it from 20.16 on.
const builtin = async name => process.getBuiltinModule?.(name) ?? (await import(name))
/** @type {typeof import('node:fs')} */
const { existsSync, realpathSync } = await builtin('node:fs')

const oldest = 24
const ownPath = fileURLToPath(import.meta.url)

/**
 * Runs `main`, a module that does its work when it is imported and reads its arguments from `process.argv`: in this
 * process where its Node is new enough, otherwise in one child with the Node of the package's own dependencies. With a
 * child it returns when that has ended, and sets the exit code to the child's, or to 128 + n for signal n.
 *
 * @param {object} options
 * @param {string} options.root directory of the package
 * @param {string} options.main path of the module
 * @param {string} [options.launcher] path of a module whose `launch` imports `main`, or what stands for it
 * @param {readonly string[]} [options.args] default: the arguments of this process
 * @param {boolean} [options.writes] false where not even a cache may be written. Default true
 * @returns {Promise<void>}
 */
export async function handOver({ root, main, launcher, args = process.argv.slice(2), writes = true }) {
  if (majorVersion() >= oldest) {
    // One that is only read there is not to be had: Node adds to it what it lacks.
    if (writes) useCompileCache(root)
    process.argv = [process.execPath, main, ...args]
    if (launcher === undefined) {
      await import(pathToFileURL(main).href)
    } else {
      const { launch } = await import(pathToFileURL(launcher).href)
      await launch({ root, main, writes })
    }
    return
  }
  const node = join(root, 'node_modules', '.bin', 'node')
  if (!existsSync(node)) {
    process.stderr.write(
      `Node ${process.versions.node} is too old to run this, and there is no newer one at ${node}\n` +
        `  run "npm ci --include=optional" in ${root}, or install Node ${oldest} or later: https://nodejs.org\n`,
    )
    process.exitCode = 1
    return
  }
  process.exitCode = await runChild(node, [
    ownPath,
    JSON.stringify({ root, main, launcher, writes }),
    ...args,
  ])
}

/** The major version of the Node that runs this. */
export function majorVersion() {
  return Number.parseInt(process.versions.node, 10)
}

/**
 * Runs a program with this process's terminal and waits for its end.
 *
 * It gets a session of its own, so that Ctrl+C in a terminal reaches this process only, which passes it on: once,
 * whether the signal came from the terminal, from `kill`, or from both, as under npx, which repeats what the terminal
 * has sent already.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
async function runChild(file, args) {
  // Takes longer to load than all else here, and most starts need no child.
  const { spawn } = await builtin('node:child_process')
  const { constants } = await builtin('node:os')
  return new Promise(resolve => {
    const child = spawn(file, args, { stdio: 'inherit', detached: true })
    const last = new Map()
    /** @param {NodeJS.Signals} signal */
    const pass = signal => {
      const now = performance.now()
      if (now - (last.get(signal) ?? Number.NEGATIVE_INFINITY) < 200) return
      last.set(signal, now)
      child.kill(signal)
    }
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'])) {
      process.on(signal, pass)
    }
    process.on('SIGWINCH', () => child.kill('SIGWINCH'))
    process.on('SIGTSTP', () => {
      child.kill('SIGSTOP')
      process.kill(process.pid, 'SIGSTOP')
    })
    process.on('SIGCONT', () => child.kill('SIGCONT'))
    child.on('error', error => {
      process.stderr.write(`${file} cannot be started: ${error.message}\n`)
      resolve(1)
    })
    child.on('exit', (code, signal) =>
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]),
    )
  })
}

/**
 * The child of `runChild` starts here. It ends with its parent, even where that is killed without a chance to tell: asked
 * once, and once more, for there is nobody left who would wait.
 */
async function receive() {
  const [, , options, ...args] = process.argv
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
    setTimeout(() => process.kill(process.pid, 'SIGTERM'), 400).unref()
  }, 250).unref()
  await handOver({ ...JSON.parse(options), args })
}

if (isMainModule()) await receive()

function isMainModule() {
  try {
    return process.argv[1] !== undefined && realpathSync(process.argv[1]) === ownPath
  } catch {
    return false
  }
}
