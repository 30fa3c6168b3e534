import { didYouMean } from '../../lib/suggest.ts'
import { UserError } from '../../lib/user-error.ts'
import { prepare } from '../bootstrap/tasks.ts'
import { configEnvironment, configOption, configUsage } from '../config-flag.ts'
import { confirmBy } from '../confirm.ts'
import { task } from '../engine/task.ts'
import { jsonOption, readWords, yesOption } from '../words.ts'
import { type ServiceName, serviceNames } from './service-names.ts'

/** The tasks around the services. What they do is loaded only when they run. */

export const up = task({
  describe: 'Start API, runner and proxy, and wait until they are ready',
  // Not the whole bootstrap: `up` asks no remote for commits, and makes no environment.
  needs: { prepare },
  args: {
    usage: configUsage,
    parse: argv => readWords(argv, { options: configOption }).values,
    environment: configEnvironment,
  },
  // Ending three services and PM2 takes a second or two, on a busy machine more.
  undoMs: 60_000,
  run: async (_, { root, signal, log, progress, print }) => {
    const { bringUp } = await import('./up.ts')
    const { outcome, services, notes } = await bringUp({
      root,
      environment: process.env,
      signal,
      log,
      progress,
    })
    const address = (name: ServiceName) => services.find(({ service }) => service === name)?.address
    print(`${outcome === 'already_up' ? 'Debug Server is already up' : 'Debug Server is up'}
${notes.map(note => `  ${note}\n`).join('')}
  proxy  ${address('proxy')}
  API    ${address('api')}   (its description: ${address('api')}/openapi.json)

Next:
  npx debug-server repository add . --name demo
  npx debug-server session create --repository demo --command "git log -1 --stat" --follow
  npx debug-server session logs @last
`)
    return { services: services.map(({ service, address }) => ({ service, address })) }
  },
})

export const down = task({
  describe: 'End everything: sessions, services, PM2',
  args: {
    usage: `[--yes] ${configUsage}`,
    parse: argv => readWords(argv, { options: { ...yesOption, ...configOption } }).values,
    environment: configEnvironment,
  },
  run: async (_, { args, root, signal, log, progress, print, exec }) => {
    const { bringDown } = await import('./down.ts')
    const { outcome, sessionsStopped } = await bringDown({
      root,
      environment: process.env,
      signal,
      log,
      progress,
      confirm: confirmBy(exec, args.yes),
    })
    switch (outcome) {
      case 'ended':
        print(`Debug Server is down${sessionsStopped > 0 ? `; ${sessionsStopped} session(s) stopped` : ''}\n`)
        break
      case 'nothing_was_up':
        print('Debug Server was not up\n')
        break
      case 'declined':
        throw new UserError('nothing was ended')
    }
  },
})

export const status = task({
  describe: 'Show what runs, and whether it answers',
  args: {
    usage: `[--json] ${configUsage}`,
    parse: argv => readWords(argv, { options: { ...jsonOption, ...configOption } }).values,
    environment: configEnvironment,
  },
  run: async (_, { args, root, print }) => {
    const { readStatus, statusTable } = await import('./status.ts')
    const services = await readStatus(root, process.env)
    print(args.json === true ? `${JSON.stringify(services, null, 2)}\n` : statusTable(services))
    if (services.some(({ state }) => state !== 'ready'))
      throw new UserError('not everything is up', { fix: 'run: npx task up' })
  },
})

export const restart = task({
  describe: 'Start one service anew; sessions and commands go on',
  args: {
    usage: `NAME ${configUsage}`,
    parse: argv => {
      const { positionals } = readWords(argv, { options: configOption, positionals: 1 })
      const [name] = positionals
      if (name === undefined)
        throw new UserError('which service?', { fix: `one of: ${serviceNames.join(', ')}` })
      return serviceNamed(name)
    },
    environment: configEnvironment,
  },
  run: async (_, { args: service, root, signal, print }) => {
    const { restartService } = await import('./restart.ts')
    const { address } = await restartService(service, { root, environment: process.env, signal })
    print(`${service} has been restarted: ${address}\n`)
  },
})

export const logs = task({
  describe: "Show the services' logs",
  args: {
    usage: `[NAME] [--follow] [--lines N] ${configUsage}`,
    parse: argv => {
      const { positionals, values } = readWords(argv, {
        options: {
          follow: { type: 'boolean', short: 'f' },
          lines: { type: 'string', short: 'n', default: '50' },
          ...configOption,
        },
        positionals: 1,
      })
      if (!/^\d{1,9}$/.test(values.lines))
        throw new UserError(`--lines is ${JSON.stringify(values.lines)}, expected a number of lines`)
      const [name] = positionals
      const services = name === undefined ? serviceNames : [serviceNamed(name)]
      return { services, lines: Number(values.lines), follow: values.follow === true }
    },
    environment: configEnvironment,
  },
  run: async (_, { args, root, signal, print }) => {
    const { printLogs } = await import('./service-logs.ts')
    await printLogs(args.services, { ...args, root, environment: process.env, signal, print })
  },
})

function serviceNamed(name: string): ServiceName {
  const known = serviceNames.find(service => service === name)
  if (known !== undefined) return known
  throw new UserError(`there is no service "${name}"`, {
    fix: didYouMean(name, serviceNames) ?? `one of: ${serviceNames.join(', ')}`,
  })
}
