'use strict'
const { spawnSync } = require('node:child_process')
const { readFileSync } = require('node:fs')
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

function many() {
  const items = Array.from({ length: 10000 }, (_, n) => 2 * n)
  return items[1] - 2 // mark: many
}

function text() {
  const name = 'žluť 🐎 中文'
  const huge = 'x'.repeat(100000)
  return name[0] === huge[0] ? 1 : 0 // mark: text
}

function fails() {
  const nowhere = null
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

const scenarios = { basic, deep, many, text, fails, threads, child, echo, spin, dies }
const result = scenarios[process.argv[2]]()
Promise.resolve(result).then(code => {
  process.exitCode = code
})
