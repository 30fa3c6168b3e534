'use strict'
/**
 * Brings a Node.js program under its debugger: loaded before the program, by `--require` in NODE_OPTIONS, in every process
 * of Node that it starts. A thread of its own (agent-link.cjs) speaks with the program's inspector from within, so that no
 * port is opened. The program begins when the debugger says so. One that runs already loads this at the word of its inspector
 * (open_inspector.py), and goes on when its debugger goes.
 */
const { isMainThread, Worker } = require('node:worker_threads')

const { DEBUG_SERVER_NODE: socket, DEBUG_SERVER_CHILDREN: children, NODE_OPTIONS: options } = process.env
/** How long a program that ends may wait for what it has said to be heard. */
const patienceMs = 500
/** What the debugger has said: 0 is nothing yet, anything else that it leaves this process alone. */
const runs = 1

/** Threads that the program starts load this file, too: they are reached through the main thread. */
if (isMainThread && socket !== undefined) begin()

/** `closes`: the inspector was opened for this, and is closed again. */
exports.attach = (room, closes) => {
  const { state, link } = linked({ room })
  const undo = beforeItEnds(link, state)
  link.once('exit', undo)
  if (closes) require('node:inspector').close()
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
    ;({ state, link } = linked({ socket }))
  } catch (error) {
    process._rawDebug(`debug-server: this program cannot be debugged: ${error.message}`)
    process.reallyExit(70)
  }
  hashScripts()
  // In steps, for the inspector is heard only between them.
  while (Atomics.load(state, 0) === 0) Atomics.wait(state, 0, 0, 0.2)
  if (children === 'ignore') keepFromChildren()
  if (Atomics.load(state, 0) === runs) beforeItEnds(link, state)
}

/** What this was loaded by is not passed on to whatever the program starts. */
function keepFromChildren() {
  const own = options.replace(/^--require "(?:[^"\\]|\\.)*" ?/, '')
  if (own === '') delete process.env.NODE_OPTIONS
  else process.env.NODE_OPTIONS = own
  delete process.env.DEBUG_SERVER_NODE
  delete process.env.DEBUG_SERVER_CHILDREN
}

/** Of a program that replaces itself by another one, which stays under the debugger. */
const passedOn = environment =>
  children === 'ignore'
    ? {
        ...environment,
        ...{ NODE_OPTIONS: options, DEBUG_SERVER_NODE: socket, DEBUG_SERVER_CHILDREN: children },
      }
    : environment

/** What it has said is heard, and its debugger has left, before it ends. Returns what undoes this. */
function beforeItEnds(link, state) {
  const leave = (how, code) => {
    Atomics.store(state, 1, 0)
    link.postMessage({ how, code })
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
    let code = 1
    try {
      const isHeard = emit.call(this, name, ...rest)
      code = rest[0]
      return isHeard
    } finally {
      leave(fails ? 'disconnect' : 'flush', process.exitCode ?? code)
    }
  }
  Object.defineProperty(process, 'emit', {
    ...{ value: emitting, enumerable: false, configurable: true, writable: true },
  })
  if (execve !== undefined)
    process.execve = (file, words, environment = process.env) => {
      leave('replaced')
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
 * while the other thread comes up.
 */
function hashScripts() {
  const { Session } = require('node:inspector')
  const session = new Session()
  session.connect()
  session.post('Debugger.enable')
  session.disconnect()
}
