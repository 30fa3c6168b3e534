'use strict'
/**
 * Between the inspector of a program's main thread and its debugger, over a unix socket: one JSON message of the Chrome
 * DevTools Protocol a line. Where the connection breaks, the program ends: it neither stands still for ever nor runs on
 * unseen. One that ran before (`room`) runs on by itself.
 */
const { closeSync, fstatSync, openSync, writeSync } = require('node:fs')
const { Session } = require('node:inspector')
const { connect } = require('node:net')
const { pathToFileURL } = require('node:url')
const { parentPort, workerData } = require('node:worker_threads')

/** `room`: the directory of the socket, whose own path may be too long for one. */
const { state, socket, room, isLaunched, pid, ppid, script, node } = workerData
/** What the program waits for: see agent.cjs. */
const [runs, alone, waits, gone] = [1, 2, 3, 4]
/** A message of more characters has its texts cut, each after so many. */
const longestMessage = 2_000_000
const longestText = 10_000
const lookMs = 500

// The program has not waited for this.
if (Atomics.compareExchange(state, 0, 0, waits) !== 0) process.exit()

const directory = room === undefined ? undefined : openSync(room, 'r')
const link = connect(directory === undefined ? socket : `/proc/self/fd/${directory}/node.sock`)
const session = new Session()
/** Of scripts of Node's own, which are told as such where the program stops, and not before. */
const internal = new Map()
const agent = pathToFileURL(`${__dirname}/agent.cjs`).href
/** Threads that run this file: this one, and of a debugger before this one that has not left yet, or of one that comes after. */
const own = pathToFileURL(__filename).href
/** The inspector's sessions with the program's other threads, and whether each waited for its debugger as it came. */
const workers = new Map()
let inode
let looking
/** Nothing more is asked of the inspector. */
let left = false

function end(why) {
  if (left) return
  if (room !== undefined) return release()
  // Another user's, or one that sees other files.
  if (inode === undefined && !isLaunched) return answer(alone)
  try {
    if (why !== undefined) writeSync(2, `debug-server: ${why}\n`)
  } catch {
    // The program has closed it, or nobody reads it.
  }
  process.kill(pid, 'SIGKILL')
}

/** The program begins: under its debugger, or alone. */
function answer(how) {
  if (how === alone) leave(alone)
  else tell(how)
}

function tell(how) {
  Atomics.store(state, 0, how)
  Atomics.notify(state, 0)
}

/**
 * This thread does not end by itself: one that ends while the program's main thread takes the session down has Node abort the
 * program. The main thread ends it (agent.cjs), once it has done that.
 */
function leave(how) {
  left = true
  session.disconnect()
  clearInterval(looking)
  link.destroy()
  tell(how)
  if (how === gone) parentPort.postMessage(undefined)
}

/**
 * Lets the program go on without a debugger. Sessions with its other threads would outlive this one's, and what stands there
 * would stand for ever; and a thread that begins meanwhile would wait for a debugger.
 */
function release() {
  left = true
  session.post('NodeWorker.disable', () => {
    for (const [sessionId, waiting] of workers) letGo(sessionId, waiting)
    leave(gone)
  })
}

function letGo(sessionId, waiting) {
  const message = JSON.stringify({ id: 1, method: 'Runtime.runIfWaitingForDebugger' })
  if (waiting) session.post('NodeWorker.sendMessageToWorker', { sessionId, message })
  session.post('NodeWorker.detach', { sessionId })
}

/** The program may have closed the descriptor, and have opened something else with its number. */
function isOpen() {
  const { fd } = link._handle ?? {}
  try {
    return inode === undefined || fstatSync(fd).ino === inode
  } catch {
    return false
  }
}

function say(message) {
  const text = JSON.stringify(message)
  if (!isOpen()) end("the program has closed its debugger's connection, and is ended")
  link.write(`${text.length > longestMessage ? JSON.stringify(shortened(message)) : text}\n`)
}

function shortened(message) {
  const inner = message.method === 'NodeWorker.receivedMessageFromWorker' ? message.params : undefined
  if (inner !== undefined) {
    const text = JSON.stringify(JSON.parse(inner.message), cut)
    return { ...message, params: { ...inner, message: text } }
  }
  return JSON.parse(JSON.stringify(message, cut))
}

/** `scriptSource` is wanted whole. */
const cut = (key, value) =>
  typeof value === 'string' && value.length > longestText && key !== 'scriptSource'
    ? `${value.slice(0, longestText)}… (${value.length} characters)`
    : value

process.on('uncaughtException', error => end(`its debugger fails: ${error.message}`))
say({ method: '$hello', params: { pid, ppid, script, node } })
session.connectToMainThread()
session.on('inspectorNotification', message => {
  const { method, params } = message
  if (method === 'Debugger.scriptParsed' && (params.url.startsWith('node:') || params.url === agent)) {
    internal.set(params.scriptId, params.url.startsWith('node:') ? params.url : 'node:debug-server')
    return
  }
  if (method === 'Debugger.paused')
    for (const frame of params.callFrames) frame.url = internal.get(frame.location.scriptId) ?? frame.url
  if (method === 'NodeWorker.attachedToWorker') {
    const { sessionId, workerInfo, waitingForDebugger } = params
    if (workerInfo.url === own) return letGo(sessionId, waitingForDebugger)
    workers.set(sessionId, waitingForDebugger)
  }
  if (method === 'NodeWorker.detachedFromWorker') workers.delete(params.sessionId)
  if (left) return
  say({ method, params })
})

link.setEncoding('utf8')
link.once('connect', () => {
  inode = fstatSync(link._handle.fd).ino
  if (directory !== undefined) closeSync(directory)
  looking = setInterval(() => isOpen() || say({}), lookMs)
})
let rest = ''
link.on('data', text => {
  const lines = (rest + text).split('\n')
  rest = lines.pop()
  for (const line of lines) take(JSON.parse(line))
})
link.once('error', error => end(`its debugger cannot be reached: ${error.message}`))
link.once('close', () => end())

function take({ id, method, params }) {
  if (method === '$run') return answer(runs)
  if (method === '$release') return answer(alone)
  if (left) return
  session.post(method, params, (error, result) => {
    if (left) return
    say(error === null ? { id, result } : { id, error: { message: error.message } })
  })
}

/** The program is about to end, or to replace itself by another one. */
parentPort.on('message', ({ how, code, again }) => {
  if (how === 'replaced') say({ method: '$replaced', params: { again } })
  else say({ method: '$exiting', params: { code: Number(code ?? 0) & 255 } })
  if (how !== 'flush' && !left) session.disconnect()
  left ||= how !== 'flush'
  link.write('', () => {
    Atomics.store(state, 1, 1)
    Atomics.notify(state, 1)
  })
})

// The slowest of what is asked first: it is begun while the connection is made.
session.post('Debugger.enable')
