/** Runs commands, so many at once, and reads what they print to its end. */
const { spawn } = require('node:child_process')

/** @param {readonly (readonly string[])[]} commands @param {number} workers @param {() => void} done */
exports.spawnAll = (commands, workers, done) => {
  let next = 0
  let left = commands.length
  const start = () => {
    if (next === commands.length) return
    const [file, ...args] = commands[next++]
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.on('data', () => {})
    child.stderr.on('data', () => {})
    child.once('close', code => {
      if (code !== 0) throw new Error(`${file} exited with ${code}`)
      if (--left === 0) done()
      else start()
    })
  }
  for (let i = 0; i < workers; i++) start()
}
