/** The floor of being up to date: one state file, one stat for each input and output, and only what changed is spawned. */
const { readFileSync, statSync, writeFileSync } = require('node:fs')

const state = JSON.parse(readFileSync('state.json', 'utf8'))
const stale = []
for (const task of state.tasks) {
  const now = stamps(task)
  if (!isSame(now, task.stamps)) stale.push(task)
}
if (stale.length > 0) {
  // Only here, for to be up to date takes no process.
  require('./spawn-all.cjs').spawnAll(
    stale.map(({ argv }) => argv),
    state.workers,
    () => {
      for (const task of stale) task.stamps = stamps(task)
      writeFileSync('state.json', JSON.stringify(state))
    },
  )
}

function stamps({ inputs, outputs }) {
  const found = []
  for (const path of inputs) stamp(path, found)
  for (const path of outputs) stamp(path, found)
  return found
}

function stamp(path, found) {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) found.push(-1)
  else found.push(stats.size, stats.mtimeMs, stats.ctimeMs, stats.ino)
}

function isSame(now, before) {
  return now.length === before?.length && now.every((value, i) => value === before[i])
}
