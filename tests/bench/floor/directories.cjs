/** The floor of a task with a glob: reads the directories, one stat a file, compares with one state file. */
const { readdirSync, readFileSync, statSync, writeFileSync } = require('node:fs')

const state = JSON.parse(readFileSync('state.json', 'utf8'))
const [task] = state.tasks
const now = look()
const before = task.found
const changed =
  before === undefined ||
  now.paths.length !== before.paths.length ||
  now.paths.some((path, i) => path !== before.paths[i]) ||
  now.stamps.some((value, i) => value !== before.stamps[i])
if (changed) {
  require('./spawn-all.cjs').spawnAll([task.argv], 1, () => {
    task.found = look()
    writeFileSync('state.json', JSON.stringify(state))
  })
}

function look() {
  const found = { paths: [], stamps: [] }
  for (const input of task.inputs) {
    const base = input.slice(0, input.indexOf('/'))
    for (const directory of readdirSync(base)) {
      for (const name of readdirSync(`${base}/${directory}`)) {
        if (name.endsWith('.txt')) stamp(`${base}/${directory}/${name}`, found)
      }
    }
  }
  for (const path of task.outputs) stamp(path, found)
  return found
}

function stamp(path, { paths, stamps }) {
  const { size, mtimeMs, ctimeMs, ino } = statSync(path, { throwIfNoEntry: false }) ?? {}
  paths.push(path)
  stamps.push(size, mtimeMs, ctimeMs, ino)
}
