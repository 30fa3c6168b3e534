import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { type Client, createClient } from '../../client/sdk/client.ts'
import { type Clone, makeClone } from '../end-to-end/clone.ts'
import { until } from '../until.ts'
import { type OwnDisk, ownDisk } from './own-disk.ts'
import { between } from './random.ts'
import { makeSpeakersRepository } from './speakers-repository.ts'
import { Turns } from './turns.ts'

/** A server of its own, as `task up` starts it in a clone, with a second runner; all that faults are done to. */
export type ChaosServer = AsyncDisposable & {
  readonly clone: Clone
  readonly dataDirectory: string
  readonly storeFile: string
  readonly disk: OwnDisk
  /** Holds by how many milliseconds the services' clocks are off. */
  readonly clockFile: string
  /** Where everything that is temporary goes. */
  readonly temporary: string
  /** The API, asked directly and through the proxy. */
  readonly api: Client
  readonly proxied: Client
  /** Sessions begin one after the other, and not while something is done that would rightly fail them. */
  readonly beginnings: Turns
  /** Waits until everything runs again, the second runner included, and sees to it where nobody else does. */
  recover(): Promise<void>
  /** Ends the second runner, which nobody else knows of, for good. */
  leaveOneRunner(): Promise<void>
}

/** `say` is told what did not work at once. */
export async function startChaosServer(
  next: () => number,
  say: (line: string) => void,
): Promise<ChaosServer> {
  await using started = new AsyncDisposableStack()
  const clone = makeClone({ teardown: end => started.defer(end) })
  const dataDirectory = clone.path('.artifacts/data')
  const temporary = join(clone.home, 'tmp')
  mkdirSync(temporary)
  const disk = started.use(ownDisk(dataDirectory))
  const clockFile = join(clone.home, 'clock')
  letClockBeSet(clone, clockFile)

  // The same address after each kill, as with the default ports.
  const ports = { api: await portFor(next), proxy: await portFor(next) }
  const environment = {
    TMPDIR: temporary,
    DEBUG_SERVER__API__PORT: String(ports.api),
    DEBUG_SERVER__PROXY__PORT: String(ports.proxy),
    // Its own disk is small, and in a long run much is said.
    DEBUG_SERVER__STORAGE__MINIMUM_FREE_MEGABYTES: '16',
  }
  const second = { script: 'tests/chaos/second-runner.ts', socket: join(clone.home, 'second.sock') }
  const isSecond = (line: string) => line.includes(second.script)
  let alone = false
  const up = async () => {
    const { code, stdout, stderr } = await clone.task(['up'], environment)
    if (code !== 0) throw new Error(`up failed: ${stdout}${stderr}`)
  }
  // Before its disk goes.
  started.defer(async () => void (await clone.task(['down', '--yes'], environment)))
  await up()
  const token = readFileSync(clone.path('.artifacts/secrets/admin-token'), 'utf8').trim()
  const connect = (baseUrl: string) => started.use(createClient({ baseUrl, token }))
  const api = connect(`http://127.0.0.1:${ports.api}`)
  const proxied = connect(`http://127.0.0.1:${ports.proxy}/api`)
  const speakers = join(clone.home, 'speaker')
  makeSpeakersRepository(speakers)
  await api.repositories.add({ url: speakers, name: 'speaker', wait: 30 })
  const isReady = async () => {
    try {
      return (await proxied.server.readiness()).status === 'ready'
    } catch {
      return false // it says so, or says nothing
    }
  }
  const running = started.move()
  return {
    ...{ clone, dataDirectory, storeFile: join(dataDirectory, 'metadata.db'), disk, clockFile, temporary },
    ...{ api, proxied, beginnings: new Turns() },
    async recover() {
      const running = clone.processes()
      if (!alone && !running.some(isSecond)) clone.start([second.script, second.socket], environment)
      // PM2 starts again what has ended, where it is there itself and has not given up.
      if (running.some(isDaemon) && (await within(patience, isReady))) return
      // On a busy machine PM2 may be late: what it has begun by then is found by another one.
      await up().catch(error => {
        say(`once more, for ${error.message}`)
        return up()
      })
    },
    async leaveOneRunner() {
      alone = true
      for (const line of clone.processes().filter(isSecond))
        process.kill(Number.parseInt(line, 10), 'SIGTERM')
      await until('the second runner has ended', () => !clone.processes().some(isSecond))
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** How long PM2 may take to have everything run again, in milliseconds. */
const patience = 20_000

const isDaemon = (line: string) => line.includes('God Daemon')

async function within(milliseconds: number, fact: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + milliseconds
  while (!(await fact())) {
    if (performance.now() > end) return false
    await delay(50)
  }
  return true
}

/** Has the clone's services started with a clock that `file` sets. */
function letClockBeSet(clone: Clone, file: string): void {
  const clock = `${pathToFileURL(join(import.meta.dirname, 'stepped-clock.ts'))}?${encodeURIComponent(file)}`
  appendFileSync(
    clone.path('config/ecosystem.config.cjs'),
    `\nfor (const app of module.exports.apps) app.node_args = ['--import', ${JSON.stringify(clock)}]\n`,
  )
}

/** A free port outside the range from which others get theirs. */
async function portFor(next: () => number): Promise<number> {
  for (;;) {
    const port = between(next, 20_000, 30_000)
    const server = createServer()
    const free = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    await new Promise(resolve => server.close(resolve))
    if (free) return port
  }
}
