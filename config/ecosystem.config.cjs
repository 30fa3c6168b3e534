// The services as PM2 runs them. `npx task up` adds to each its instance id, ports and environment, and uses a PM2_HOME
// of this workspace's own. They also run alone, in the foreground: node services/api/main.ts
const { resolve } = require('node:path')

const root = resolve(__dirname, '..')

const service = (name, extra) => ({
  name,
  // Relative to cwd: a script with a space in its path is a shell's command line to PM2.
  script: `services/${name}/main.ts`,
  cwd: root,
  interpreter: process.execPath,
  exec_mode: 'fork',
  // Without PM2's wrapper a module that throws at import ends its process, and PM2 sees it.
  pmx: false,
  autorestart: true,
  // Tried again with growing pauses; after ten ends within two seconds each, PM2 gives up and says "errored".
  exp_backoff_restart_delay: 100,
  max_restarts: 10,
  min_uptime: 2000,
  kill_timeout: 10_000,
  // A command is a descendant of the runner, and outlives it: PM2 signals the service alone.
  treekill: false,
  merge_logs: true,
  time: false,
  out_file: resolve(root, '.artifacts', 'logs', `${name}.log`),
  error_file: resolve(root, '.artifacts', 'logs', `${name}.log`),
  // Nothing of the shell's environment reaches a service but what is named in env.
  filter_env: true,
  ...extra,
})

// At rest most of the time: a smaller nursery costs it nothing, and saves ten megabytes.
const runner = service('runner', { node_args: ['--max-semi-space-size=1'] })

module.exports = { apps: [runner, service('api'), service('proxy')] }
