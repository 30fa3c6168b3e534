/**
 * Installs the dependencies of this package, once, however many ask at the same time. Plain JavaScript for Node 20.
 *
 * What says that they are installed is a stamp in `node_modules`, written last: with the hash of the lock file, its size
 * and its time. An installation by hand is recognised by npm's own record of it, which npm writes last as well. Before
 * an installation both are removed, so one that fails or is killed is never taken for a whole one.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { acquire } from './install-lock.mjs'

const heartbeatMs = 5000
/** Of the Nodes that run tasks: see lib/hand-over.mjs. */
const oldest = 24
const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP']
const say = text => process.stderr.write(`${text}\n`)

/**
 * @param {string} root directory of the package
 * @returns {Promise<boolean>} whether they are installed now; if not, the reason has been printed
 */
export async function ensureInstalled(root) {
  if (!existsSync(join(root, 'package-lock.json')) || isCurrent(root)) return true
  let lock
  try {
    mkdirSync(join(root, '.artifacts'), { recursive: true })
    lock = await acquire(join(root, '.artifacts', 'install.lock'), pid => {
      say(`Waiting for process ${pid}, which is installing the dependencies …`)
    })
  } catch (error) {
    say(`The dependencies are not installed, and ${root} cannot be written: ${error.message}`)
    say(`  make it writable, or run "npm ci" there as its owner`)
    return false
  }
  try {
    return isCurrent(root) || (await install(root, lock))
  } finally {
    lock.release()
  }
}

/** Whether what is installed is what the lock file asks for. Renews the stamp where it says less than is known. */
function isCurrent(root) {
  const text = readFileSync(join(root, 'package-lock.json'))
  const hash = createHash('sha256').update(text).digest('hex')
  const stamp = readJson(stampPath(root))
  const locked = JSON.parse(text.toString())
  if (missingNode(root, locked) !== undefined) return false
  if (stamp?.hash !== hash && !matches(locked, readJson(recordPath(root)))) return false
  writeStamp(root, hash)
  return true
}

/** Whether npm's record of an installation has everything in the lock file, in its version. */
function matches(lock, record) {
  if (record?.packages === undefined) return false
  return Object.entries(lock.packages).every(([path, wanted]) => {
    const found = record.packages[path]
    if (path === '') return true
    return found === undefined ? wanted.optional === true : found.version === wanted.version
  })
}

/**
 * The package with the Node that this host needs, where the one that runs this is too old and that is not there. Optional as
 * it is, npm leaves it out without a word where the registry lacks it or does not answer.
 */
function missingNode(root, locked) {
  const name = `node-${process.platform}-${process.arch}`
  if (Number.parseInt(process.versions.node, 10) >= oldest) return undefined
  if (locked.packages?.[`node_modules/${name}`] === undefined) return undefined
  return existsSync(join(root, 'node_modules', '.bin', 'node')) ? undefined : name
}

async function install(root, lock) {
  const first = !existsSync(join(root, 'node_modules'))
  say(`Installing dependencies (${first ? 'first run' : 'package-lock.json has changed'}) …`)
  const text = readFileSync(join(root, 'package-lock.json'))
  const hash = createHash('sha256').update(text).digest('hex')
  rmSync(stampPath(root), { force: true })
  rmSync(recordPath(root), { force: true })
  const started = performance.now()
  const seconds = () => Math.round((performance.now() - started) / 1000)
  const heartbeat = setInterval(() => say(`  … still installing, ${seconds()} s`), heartbeatMs)
  const { problem, output } = await runNpm(root, lock)
  clearInterval(heartbeat)
  if (problem !== undefined) {
    say(withoutUsage(output).replace(/^/gm, '  '))
    say(`The dependencies could not be installed: ${problem}`)
    say(`  ${adviceFor(output, root)}`)
    return false
  }
  const left = missingNode(root, JSON.parse(text.toString()))
  if (left !== undefined) {
    say(`npm has left out ${left}, without which Node ${process.versions.node} is too old to run this`)
    say(
      `  does the registry have it ("npm view ${left} version"), and answer? Or install Node ${oldest}: https://nodejs.org`,
    )
    return false
  }
  writeStamp(root, hash)
  say(`Dependencies installed in ${seconds()} s`)
  return true
}

/** What npm said, without the page of options that it adds to a refusal. */
function withoutUsage(output) {
  const end = output.search(/^npm error (Clean install a project|Usage:)$/m)
  return output
    .slice(0, end === -1 ? undefined : end)
    .trim()
    .replace(/(\nnpm error)+$/, '')
}

/** Runs npm in a group of its own, so that a signal ends it with all it has started. */
function runNpm(root, lock) {
  // Tests and checks need the development dependencies, whatever NODE_ENV says. Node 24 itself is an optional one.
  const args = [
    'ci',
    '--include=dev',
    '--include=optional',
    // No dependency needs one. Not said in .npmrc: npx would hand that on to whatever it starts.
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--no-progress',
    '--loglevel=error',
  ]
  return new Promise(resolve => {
    let npm
    let output = ''
    const end = problem => {
      for (const signal of interrupts) process.off(signal, interrupt)
      signalGroup(npm.pid, 'SIGKILL')
      resolve({ problem, output })
    }
    const interrupt = signal => {
      say(`${signal}: ending the installation`)
      signalGroup(npm.pid, 'SIGTERM')
      const kill = setTimeout(() => signalGroup(npm.pid, 'SIGKILL'), 2000)
      npm.once('exit', () => {
        clearTimeout(kill)
        signalGroup(npm.pid, 'SIGKILL')
        lock.release()
        process.exit(128 + constants.signals[signal])
      })
    }
    // Before there is anything to end, so that there is no moment in which it would be left behind.
    for (const signal of interrupts) process.once(signal, interrupt)
    npm = spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    if (npm.pid !== undefined) lock.alsoHeldBy(npm.pid)
    for (const stream of [npm.stdout, npm.stderr]) {
      stream.setEncoding('utf8').on('data', text => {
        output = (output + text).slice(-20_000)
      })
    }
    npm.on('error', error =>
      end(error.code === 'ENOENT' ? 'npm is not found' : `npm cannot be started: ${error.message}`),
    )
    npm.on('exit', (code, signal) => {
      // The streams close a moment later, unless something that npm started holds them.
      const over = setTimeout(closed, 500)
      npm.once('close', closed)
      function closed() {
        clearTimeout(over)
        npm.off('close', closed)
        for (const stream of [npm.stdout, npm.stderr]) stream.destroy()
        if (code === 0) end(existsSync(join(root, 'node_modules')) ? undefined : 'npm installed nothing')
        else end(`npm ci ${signal === null ? `exited with code ${code}` : `was ended by ${signal}`}`)
      }
    })
  })
}

function signalGroup(pid, signal) {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // The group has ended already.
  }
}

/** What to do about a failed installation, by what npm said. */
export function adviceFor(output, root) {
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|network/.test(
      output,
    )
  ) {
    return 'check the network or the proxy, or name a registry that can be reached: npm config set registry URL; then run it again'
  }
  if (/E401|E403|ENEEDAUTH/.test(output))
    return 'the registry refuses: check "npm config get registry" and its credentials'
  if (/E404|ETARGET/.test(output)) return 'the registry lacks a package: check "npm config get registry"'
  if (/EACCES|EPERM|EROFS/.test(output)) return `make ${root} writable for this user, then run it again`
  if (/ENOSPC/.test(output)) return 'the disk is full: make room, then run it again'
  if (/EUSAGE|in sync/.test(output)) return 'package.json and package-lock.json disagree: run "npm install"'
  if (output.trim() === '') return 'is npm installed, and on PATH? It comes with Node: https://nodejs.org'
  return `run "npm ci" in ${root} to see more`
}

const stampPath = root => join(root, 'node_modules', '.task-install.json')
const recordPath = root => join(root, 'node_modules', '.package-lock.json')

function writeStamp(root, hash) {
  try {
    linkPrograms(root)
    const { size, mtimeMs } = statSync(join(root, 'package-lock.json'))
    const draft = `${stampPath(root)}.${process.pid}`
    writeFileSync(draft, JSON.stringify({ size, mtimeMs, hash }))
    renameSync(draft, stampPath(root))
  } catch {
    // A clone that cannot be written works without: the comparison is made again next time.
  }
}

/**
 * Links this package's own programs beside those of its dependencies. npx finds them there at once; otherwise it first
 * reads the whole tree of dependencies, each time.
 */
function linkPrograms(root) {
  const programs = Object.entries(readJson(join(root, 'package.json'))?.bin ?? {})
  for (const [name, file] of programs) {
    const link = join(root, 'node_modules', '.bin', name)
    if (existsSync(link)) continue
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join('..', '..', file), link)
  }
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
