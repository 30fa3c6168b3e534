import { UserError } from '../../lib/user-error.ts'
import { prepare, turn } from '../bootstrap/tasks.ts'
import { configEnvironment, configParam } from '../config-flag.ts'
import { task } from '../engine/task.ts'
import { jsonParam } from '../json-flag.ts'
import { compiled } from './compiled.ts'
import { drainParam } from './drain-flag.ts'
import { type ServiceName, serviceNames } from './service-names.ts'
import type { UpResult } from './up.ts'

/** The tasks around the services. What they do is loaded only when they run. */

export const up = task({
  describe: 'Start API, runner and proxy, and wait until they are ready',
  // Not the whole bootstrap: `up` asks no remote for commits, and makes no environment.
  needs: { prepare, compiled },
  params: z => ({ drain: drainParam(z), config: configParam(z) }),
  setsEnv: params => configEnvironment(params),
  // Ending three services and PM2 takes a second or two, on a busy machine more.
  undoMs: 60_000,
  run: async ({ compiled }, { params: { drain }, root, signal, log, progress, print }) => {
    const { bringUp } = await import('./up.ts')
    const { outcome, services, notes } = await bringUp({
      ...{ root, environment: process.env, sources: compiled.sources, drainMs: drain },
      ...{ signal, log, progress },
    })
    print(`${upText[outcome]}
${addressesText({ services, notes })}
Next:
  npx debug-server repository add . --name demo
  npx debug-server session create --repository demo --command "git log -1 --stat" --follow
  npx debug-server session logs @last
`)
    return { services: services.map(({ service, address }) => ({ service, address })) }
  },
})

const upText = {
  started: 'Debug Server is up',
  replaced: 'Debug Server is up, from the sources and settings as they are now',
  already_up: 'Debug Server is already up',
} as const satisfies Record<UpResult['outcome'], string>

/** What a person should know, and where everything is. */
function addressesText({ services, notes }: Pick<UpResult, 'services' | 'notes'>): string {
  const address = (name: ServiceName) => services.find(({ service }) => service === name)?.address
  return `${notes.map(note => `  ${note}\n`).join('')}
  proxy  ${address('proxy')}
  API    ${address('api')}   (its description: ${address('api')}/openapi.json)
`
}

export const serve = task({
  describe: 'Run everything in the foreground, with the logs on stdout, until Ctrl+C',
  needs: { turn, prepare, compiled },
  params: z => ({ config: configParam(z) }),
  setsEnv: params => configEnvironment(params),
  // Sessions are given half a minute to stop, services and PM2 what is left.
  undoMs: 70_000,
  run: async ({ turn, compiled }, { root, signal, log, progress, print }) => {
    const { serve } = await import('./serve.ts')
    const { sessionsStopped } = await serve({
      ...{ root, environment: process.env, sources: compiled.sources, drainMs: 0 },
      ...{ signal, log, progress, print },
      ready: up => {
        // Others may bootstrap while this serves.
        turn[Symbol.dispose]()
        print(`Debug Server is up, until Ctrl+C\n${addressesText(up)}\n`)
        progress('serving')
      },
    })
    print(downText(sessionsStopped))
  },
})

const downText = (sessionsStopped: number): string =>
  `Debug Server is down${sessionsStopped > 0 ? `; ${sessionsStopped} session(s) stopped` : ''}\n`

export const down = task({
  describe: 'End everything: sessions, services, PM2',
  params: z => ({ config: configParam(z) }),
  setsEnv: params => configEnvironment(params),
  run: async (_, { root, signal, log, progress, print, confirm }) => {
    const { bringDown } = await import('./down.ts')
    const { outcome, sessionsStopped } = await bringDown({
      root,
      environment: process.env,
      signal,
      log,
      progress,
      confirm,
    })
    switch (outcome) {
      case 'ended':
        print(downText(sessionsStopped))
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
  onlyLooks: true,
  params: z => ({ json: jsonParam(z), config: configParam(z) }),
  setsEnv: params => configEnvironment(params),
  run: async (_, { params: { json }, root, print }) => {
    const { readStatus, statusTable } = await import('./status.ts')
    const services = await readStatus(root, process.env)
    print(json ? `${JSON.stringify(services, null, 2)}\n` : statusTable(services))
    if (services.some(({ state }) => state !== 'ready'))
      throw new UserError('not everything is up', { fix: 'run: npx task up' })
  },
})

export const restart = task({
  describe: 'Start one service anew; sessions and commands go on',
  needs: { compiled },
  params: z => ({
    service: z.enum(serviceNames).describe('which one').meta({ positional: true }),
    config: configParam(z),
  }),
  setsEnv: params => configEnvironment(params),
  run: async ({ compiled }, { params: { service }, root, signal, print }) => {
    const { restartService } = await import('./restart.ts')
    const { address } = await restartService(service, {
      ...{ root, environment: process.env, sources: compiled.sources, signal },
    })
    print(`${service} has been restarted: ${address}\n`)
  },
})

export const reload = task({
  describe: 'Replace services by what the sources are now; no request fails',
  needs: { compiled },
  params: z => ({
    service: z
      .enum(serviceNames)
      .optional()
      .describe('all of them where none is named')
      .meta({ positional: true }),
    drain: drainParam(z),
    config: configParam(z),
  }),
  setsEnv: params => configEnvironment(params),
  run: async ({ compiled }, { params: { service, drain }, root, signal, log, progress, print }) => {
    const { reloadServices } = await import('./restart.ts')
    const replaced = await reloadServices(service === undefined ? serviceNames : [service], {
      ...{ root, environment: process.env, sources: compiled.sources, drainMs: drain },
      ...{ signal, log, progress },
    })
    for (const { service, address } of replaced) print(`${service} has been replaced: ${address}\n`)
  },
})

export const logs = task({
  describe: "Show the services' logs",
  onlyLooks: true,
  params: z => ({
    service: z
      .enum(serviceNames)
      .optional()
      .describe('all of them where none is named')
      .meta({ positional: true }),
    follow: z.boolean().default(false).describe('go on as they grow').meta({ short: 'f' }),
    lines: z
      .number()
      .int()
      .min(0)
      .max(999_999_999)
      .default(50)
      .describe('how many of the last lines')
      .meta({ short: 'n' }),
    config: configParam(z),
  }),
  setsEnv: params => configEnvironment(params),
  run: async (_, { params: { service, lines, follow }, root, signal, print }) => {
    const { printLogs } = await import('./service-logs.ts')
    const services = service === undefined ? serviceNames : [service]
    await printLogs(services, { lines, follow, root, environment: process.env, signal, print })
  },
})
