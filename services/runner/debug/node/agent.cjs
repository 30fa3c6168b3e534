'use strict'
/**
 * Brings a Node.js program under its debugger: loaded before the program, by `--require` in NODE_OPTIONS, in every process
 * of Node that it starts. A thread of its own (agent-link.cjs) speaks with the program's inspector from within, so that no
 * port is opened. The program begins when the debugger says so. One that runs already loads this at the word of its inspector
 * (open_inspector.py), and goes on when its debugger goes.
 */
const { isMainThread, Worker } = require('node:worker_threads')

const { DEBUG_SERVER_NODE: socket, DEBUG_SERVER_CHILDREN: children, NODE_OPTIONS: options } = process.env
/** Of what was launched to be debugged, and of nothing that it starts: whether to follow that. */
const isLaunched = children !== undefined
/** How long a program that ends may wait for what it has said to be heard. */
const patienceMs = 500
/** How long the other thread may take to begin, which Node does not say where it cannot. */
const beginsMs = 30_000
/** How far the other thread is: 0 is not begun. It waits until its debugger has said something, or has gone. */
const [runs, alone, waits, gone] = [1, 2, 3, 4]
const stepMs = 5
const oldestNode = 20
/** What a thread and a socket take. */
const descriptors = 16
const addressSpace = 2 ** 30

/** Threads that the program starts load this file, too: they are reached through the main thread. */
if (isMainThread && socket !== undefined) begin()

/** `closes`: the inspector was opened for this, and is closed again. */
exports.attach = (room, closes) => {
  endLeft()
  const { state, link } = linked({ room })
  const undo = beforeItEnds(link, state)
  link.once('message', () => link.terminate())
  // Who listens to it has the program wait for it.
  link.unref()
  link.once('exit', () => {
    undo()
    attached.delete(link)
  })
  attached.set(link, { state, hasLeft: false })
  if (closes) require('node:inspector').close()
}

/** The threads of debuggers that came to a program that ran. */
const attached = new Map()

/**
 * Ends the threads whose debuggers have gone, where the program has not come to its event loop since. What has left by now may
 * have its session still, which its thread must not end before: so it is ended by the debugger after the next.
 */
function endLeft() {
  for (const [link, one] of attached) {
    if (one.hasLeft) link.terminate()
    one.hasLeft = Atomics.load(one.state, 0) === gone
  }
}

function linked(where) {
  const state = new Int32Array(new SharedArrayBuffer(8))
  const { pid, ppid, argv, versions } = process
  const link = new Worker(`${__dirname}/agent-link.cjs`, {
    name: 'debug-server',
    argv: [],
    execArgv: [],
    env: {},
    workerData: { state, pid, ppid, script: argv[1], node: versions.node, ...where },
  })
  link.unref()
  return { state, link }
}

function begin() {
  let state
  let link
  try {
    const why = hindrance()
    if (why !== undefined) return cannot(why)
    ;({ state, link } = withHashedScripts(() => linked({ socket, isLaunched })))
  } catch (error) {
    return cannot(error.message)
  }
  const until = Date.now() + beginsMs
  // What is asked of the inspector wakes this, unless it comes in the instant before.
  for (let now = 0; now === 0 || now === waits; now = Atomics.load(state, 0)) {
    if (now === 0 && Date.now() > until && Atomics.compareExchange(state, 0, 0, alone) === 0)
      return cannot(`a thread of its debugger does not begin in ${beginsMs / 1_000} seconds`)
    Atomics.wait(state, 0, now, stepMs)
  }
  if (isLaunched) keepFromChildren(children === 'ignore')
  if (Atomics.load(state, 0) === runs) beforeItEnds(link, state)
  else link.terminate()
}

/** What was launched to be debugged ends; what has been started by it runs on as if nothing had been. */
function cannot(why) {
  if (!isLaunched) return
  process._rawDebug(`debug-server: this program cannot be debugged: ${why}`)
  process.reallyExit(70)
}

/** Why this process would hang or fail under a debugger; undefined where nothing is known of that. */
function hindrance() {
  const { execArgv, permission, versions } = process
  if (permission !== undefined) return 'with --permission Node.js has no inspector'
  if (Number.parseInt(versions.node, 10) < oldestNode) return `Node.js ${versions.node} is too old`
  if (execArgv.some(word => word.startsWith('--snapshot-blob')))
    return 'what begins with a snapshot has no threads'
  const { closeSync, openSync, readFileSync } = require('node:fs')
  const opened = []
  try {
    while (opened.length < descriptors) opened.push(openSync('/dev/null'))
  } finally {
    for (const descriptor of opened) closeSync(descriptor)
  }
  if (process.platform !== 'linux') return undefined
  const [, most] = /^Max address space +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  const free = most - 1_024 * /^VmSize:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]
  return free < addressSpace ? 'its address space is limited' : undefined
}

/** What was launched is told from what it starts, to which all that this was loaded by is not passed on where it is ignored. */
function keepFromChildren(ignored) {
  delete process.env.DEBUG_SERVER_CHILDREN
  if (!ignored) return
  const own = options.replace(/^--require "(?:[^"\\]|\\.)*" ?/, '')
  if (own === '') delete process.env.NODE_OPTIONS
  else process.env.NODE_OPTIONS = own
  delete process.env.DEBUG_SERVER_NODE
}

/** Of a program that replaces itself by another one, which stays under the debugger. */
const passedOn = environment =>
  children === 'ignore'
    ? {
        ...environment,
        ...{ NODE_OPTIONS: options, DEBUG_SERVER_NODE: socket, DEBUG_SERVER_CHILDREN: children },
      }
    : environment

const isText = value => typeof value === 'string' && !value.includes('\0')
const canReplace = (file, words, environment) =>
  Array.isArray(words) &&
  typeof environment === 'object' &&
  environment !== null &&
  [file, ...words, ...Object.entries(environment).flat()].every(isText)

/** Whether a program is one of Node, which comes to its debugger again. */
function isNode(file) {
  const { realpathSync } = require('node:fs')
  try {
    return realpathSync(file) === realpathSync(process.execPath)
  } catch {
    return false
  }
}

/** What it has said is heard, and its debugger has left, before it ends. Returns what undoes this. */
function beforeItEnds(link, state) {
  const leave = (how, code, again) => {
    Atomics.store(state, 1, 0)
    link.postMessage({ how, code, again })
    const until = Date.now() + patienceMs
    while (Atomics.load(state, 1) === 0 && Date.now() < until) Atomics.wait(state, 1, 0, 1)
  }
  let fails = false
  const failing = () => {
    fails = process.listenerCount('uncaughtException') === 0
  }
  process.on('uncaughtExceptionMonitor', failing)
  const { emit, execve, reallyExit } = process
  // Where Node itself ends a program, it says that it waits for its debugger, unless that has left. Otherwise it stays for
  // what else the program does as it exits. What listens to that may change the exit code.
  const emitting = function (name, ...rest) {
    if (name !== 'exit' || this !== process) return emit.call(this, name, ...rest)
    // Where one of those that listen throws.
    let [code, how] = [1, 'disconnect']
    try {
      const isHeard = emit.call(this, name, ...rest)
      ;[code] = rest
      if (!fails) how = 'flush'
      return isHeard
    } finally {
      leave(how, process.exitCode ?? code)
    }
  }
  Object.defineProperty(process, 'emit', {
    ...{ value: emitting, enumerable: false, configurable: true, writable: true },
  })
  if (execve !== undefined)
    process.execve = (file, words = [], environment = process.env) => {
      // It throws, and the program goes on.
      if (!canReplace(file, words, environment)) return execve.call(process, file, words, environment)
      leave('replaced', 0, isNode(file))
      execve.call(process, file, words, passedOn(environment))
    }
  process.reallyExit = code => {
    leave('disconnect', code)
    reallyExit.call(process, code)
  }
  return () => {
    process.off('uncaughtExceptionMonitor', failing)
    if (process.emit === emitting) delete process.emit
    process.reallyExit = reallyExit
    if (execve !== undefined) process.execve = execve
  }
}

/**
 * What takes the inspector longest at its beginning, the hashes of all of Node's own scripts, is worked out and kept by V8
 * while the other thread comes up. Throws where a process has no inspector, as that of `node --test`, which only starts others.
 */
function withHashedScripts(linking) {
  const { Session } = require('node:inspector')
  const session = new Session()
  session.connect()
  try {
    const made = linking()
    session.post('Debugger.enable')
    return made
  } finally {
    session.disconnect()
  }
}
