import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { endProcesses } from '../../lib/processes/end-processes.ts'
import { identify, isAlive, type ProcessIdentity } from '../../lib/processes/identity.ts'
import { makePrivateDirectory } from '../../lib/socket-path.ts'
import { UserError } from '../../lib/user-error.ts'
import { type App, answerSchema, type Call, type Pm2State } from './pm2-messages.ts'

/** How long one call to PM2 may take, in milliseconds. */
const deadlines: Record<Call['do'], number> = {
  connect: 10_000,
  list: 10_000,
  // These wait for a service to end, which gets PM2's kill_timeout for it.
  start: 30_000,
  stop: 30_000,
  delete: 30_000,
  'end-daemon': 30_000,
}

/** To connect, where its daemon has to be started first: about 250 of them on a machine that has nothing else to do. */
const startDeadline = 30_000

/** How long its client may take to leave, in milliseconds. */
const closeDeadline = 10_000

export type Pm2 = AsyncDisposable & {
  start(app: App): Promise<void>
  /** Asks it to end (SIGTERM, then SIGKILL after its kill_timeout) and keeps its entry. */
  stop(name: string): Promise<void>
  /** Ends it and forgets it. */
  delete(name: string): Promise<void>
  list(): Promise<Pm2State[]>
  /** Ends the daemon with every service that it still has. */
  endDaemon(): Promise<void>
}

/** The daemon of this PM2_HOME, where one runs. Asking starts none. */
export function runningDaemon(home: string): ProcessIdentity | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(home, 'pm2.pid'), 'utf8'), 10)
    const identity = Number.isInteger(pid) ? identify(pid) : undefined
    if (identity === undefined || !isAlive(identity)) return undefined
    // The daemon names its home in its title; a process that inherited the pid does not.
    return titleOf(pid).includes(home) ? identity : undefined
  } catch {
    return undefined
  }
}

function titleOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** Connects to PM2's daemon, starting it where none runs. `environment` is what the daemon and its services see. */
export async function connectPm2(home: string, environment: Record<string, string>): Promise<Pm2> {
  makePrivateDirectory(home)
  const connectDeadline = runningDaemon(home) === undefined ? startDeadline : deadlines.connect
  const child = fork(join(import.meta.dirname, 'pm2-process.ts'), {
    env: { ...environment, PM2_HOME: home, PM2_SILENT: 'true', PM2_PROGRAMMATIC: 'true' },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4_000)
  })
  let lastId = 0
  const call = (request: Call): Promise<Pm2State[]> =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      const deadline = request.do === 'connect' ? connectDeadline : deadlines[request.do]
      const settle = (end: () => void) => {
        clearTimeout(timer)
        child.off('message', onMessage).off('exit', onExit)
        end()
      }
      const onMessage = (message: unknown) => {
        const answer = answerSchema.parse(message)
        if (answer.id !== id) return
        settle(() =>
          answer.ok
            ? resolve(answer.list)
            : reject(new Error(`PM2 could not ${request.do}: ${answer.message}`)),
        )
      }
      const onExit = () => settle(() => reject(lost(`ended during ${request.do}`)))
      if (hasEnded()) return reject(lost(`had ended before ${request.do}`))
      const timer = setTimeout(() => {
        settle(() => reject(mute(home, request.do, deadline)))
        child.kill('SIGKILL')
      }, deadline)
      child.on('message', onMessage).on('exit', onExit)
      // Where that fails nobody reads it any more, and 'exit' follows. Without a callback it would be thrown at no one.
      child.send({ ...request, id }, () => {})
    })
  const lost = (when: string) => new Error(`PM2's client ${when}\n${errors}`.trimEnd())
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const close = async () => {
    if (hasEnded()) return
    const ended = once(child, 'exit')
    if (child.connected) child.disconnect()
    const timer = setTimeout(() => child.kill('SIGKILL'), closeDeadline)
    await ended
    clearTimeout(timer)
  }
  try {
    await call({ do: 'connect' })
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return {
    start: async app => void (await call({ do: 'start', app })),
    stop: async name => void (await call({ do: 'stop', name })),
    delete: async name => void (await call({ do: 'delete', name })),
    list: () => call({ do: 'list' }),
    async endDaemon() {
      const daemon = runningDaemon(home)
      await call({ do: 'end-daemon' })
      // It answers before it goes.
      if (daemon !== undefined) await endProcesses([daemon])
    },
    [Symbol.asyncDispose]: close,
  }
}

function mute(home: string, call: Call['do'], deadline: number): UserError {
  const daemon = runningDaemon(home)
  const who = daemon === undefined ? "PM2's daemon" : `PM2's daemon (pid ${daemon.pid})`
  return new UserError(`${who} did not answer to "${call}" within ${deadline / 1000} s`, {
    fix: daemon === undefined ? 'try again' : `end it with kill -9 ${daemon.pid}, then run: npx task up`,
  })
}
