'use strict'
const { spawn, spawnSync } = require('node:child_process')
const { closeSync, readFileSync } = require('node:fs')
const { Worker } = require('node:worker_threads')

function total_of(prices) {
  let total = 0
  for (const price of prices) {
    total += price // mark: add
  }
  return total // mark: total
}

function basic() {
  const prices = [1, 2, 39]
  const total = total_of(prices) // mark: call
  console.log('total', total) // mark: after
  return 3
}

function down(n) {
  if (n === 0) {
    return 0 // mark: bottom
  }
  return 1 + down(n - 1)
}

const deep = () => down(1000) - 1000

function next_of(n) {
  const next = n + 1
  return next
}

function calls() {
  let n = 0
  while (n < 200) n = next_of(n)
  return n - 200 // mark: called
}

function many() {
  const items = Array.from({ length: 10000 }, (_, n) => 2 * n)
  return items[1] - 2 // mark: many
}

function text() {
  const name = 'žluť 🐎 中文'
  const huge = 'x'.repeat(100000)
  const délka = 7
  return name[0] === huge[0] && délka ? 1 : 0 // mark: text
}

function fails() {
  const nowhere = null // mark: doomed
  return nowhere.value // mark: fails
}

function threads() {
  const workers = [1, 2, 3].map(() => new Worker('setInterval(() => {}, 1000)', { eval: true }))
  const online = workers.map(worker => new Promise(resolve => worker.once('online', resolve)))
  return Promise.all(online).then(() => {
    const met = 4 // mark: threads
    for (const worker of workers) worker.terminate()
    return met - 4
  })
}

function child() {
  spawnSync('echo', ['child'], { stdio: 'inherit' })
  console.log('parent')
  return 0
}

function echo() {
  console.log('read', readFileSync(0, 'utf8').trim())
  return 0
}

function spin() {
  console.log('spins')
  let turns = 0
  while (turns >= 0) {
    turns = (turns + 1) % 1000 // mark: spin
  }
  return 0
}

function dies() {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => {}, 10000)
  return new Promise(() => {})
}

function raises() {
  throw new TypeError('caught')
}

function caught() {
  let after = 1
  try {
    raises() // mark: throws
  } catch {
    after = 0 // mark: caught
  }
  return after
}

function handles() {
  const handled = new Promise(resolve => process.once('SIGUSR2', resolve))
  const alive = setTimeout(() => {}, 10000)
  process.kill(process.pid, 'SIGUSR2')
  return handled.then(name => {
    clearTimeout(alive)
    console.log('handled', Number(name === 'SIGUSR2'))
    return 0
  })
}

function forks() {
  console.log('child', spawnSync(process.execPath, [__filename, 'sums']).status)
  return 0
}

function execs() {
  process.execve(process.execPath, [process.execPath, __filename, 'basic'])
}

function daemonizes() {
  spawn('sleep', ['600'], { detached: true, stdio: 'inherit' }).unref()
  return 0
}

function closes() {
  for (const fd of [0, 1, 2]) closeSync(fd)
  return total_of([9])
}

const attach = `import ctypes, os
ptrace = ctypes.CDLL(None).ptrace
if ptrace(16, os.getppid(), None, None) == 0:
    os.waitpid(os.getppid(), 0x40000000)
    ptrace(17, os.getppid(), None, None)
`

function traces() {
  console.log('traced', Number(spawnSync('python3', ['-c', attach]).status === 0))
  return total_of([4])
}

const sums = () => total_of([5])

function waits() {
  console.log('waits')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600_000)
  return 0
}

const leave = () => Number(process.argv[3])

const scenarios = {
  ...{ basic, deep, many, text, fails, threads, child, echo, spin, dies, waits, leave, sums, calls },
  ...{ caught, handles, forks, execs, daemonizes, closes, traces },
}
const result = scenarios[process.argv[2]]()
Promise.resolve(result).then(code => {
  process.exitCode = code
})
