import pm2 from 'pm2'
import { type Answer, type App, type Pm2State, type Request, requestSchema } from './pm2-messages.ts'

/**
 * The process that talks to PM2, over PM2's programmatic interface. It exists because PM2 hands the whole environment
 * of its caller to its daemon and to every service: this caller has the environment that they shall have. A call that
 * hangs can be ended with it, too.
 */
const called = (run: (done: (error: unknown, result?: unknown) => void) => void): Promise<unknown> =>
  new Promise((resolve, reject) =>
    run((error, result) =>
      error ? reject(error instanceof Error ? error : new Error(messageOf(error))) : resolve(result),
    ),
  )

const messageOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : typeof error === 'string'
      ? error
      : JSON.stringify(error)

async function perform(request: Request): Promise<Pm2State[]> {
  switch (request.do) {
    case 'connect':
      await called(done => pm2.connect(done))
      return []
    case 'start':
      await called(done => pm2.start(request.app satisfies App, done))
      return []
    case 'stop':
      await called(done => pm2.stop(request.name, done))
      return []
    case 'delete':
      await called(done => pm2.delete(request.name, done))
      return []
    case 'list':
      return new Promise((resolve, reject) =>
        pm2.list((error, list) => (error ? reject(error) : resolve(list.map(toState)))),
      )
    case 'end-daemon':
      await called(done => pm2.killDaemon(done))
      return []
  }
}

const toState = ({ name, pid, pm2_env, monit }: pm2.ProcessDescription): Pm2State => ({
  name: name ?? '',
  pid: pid ?? 0,
  status: pm2_env?.status ?? 'unknown',
  restarts: pm2_env?.restart_time ?? 0,
  started: pm2_env?.pm_uptime ?? null,
  memory: monit?.memory ?? null,
})

process.on('message', (message: unknown) => {
  const request = requestSchema.parse(message)
  perform(request).then(
    list => answer({ id: request.id, ok: true, list }),
    (error: unknown) => answer({ id: request.id, ok: false, message: messageOf(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
// Ctrl+C, and the end of a terminal, reach all that it has started: whoever is given up takes back what it did by this process, and then ends it.
for (const name of ['SIGINT', 'SIGHUP'] as const) process.on(name, () => {})

const answer = (message: Answer) => process.send?.(message)
