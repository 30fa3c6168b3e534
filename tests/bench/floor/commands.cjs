/** The floor of running commands: nothing but their processes. */
const { readFileSync } = require('node:fs')
const { spawnAll } = require('./spawn-all.cjs')

const { workers, tasks } = JSON.parse(readFileSync('state.json', 'utf8'))
spawnAll(
  tasks.map(({ argv }) => argv),
  workers,
  () => {},
)
