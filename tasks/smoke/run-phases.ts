import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../lib/clock.ts'
import { scopeVariable } from '../../lib/processes/process-scope.ts'
import { longestRunMs } from '../../smoke/deadlines.ts'
import { CurrentPhase } from '../../smoke/evidence/current-phase.ts'
import { inTime } from '../../smoke/in-time.ts'
import { opensPorts } from '../../smoke/phases.ts'
import type { Prepared } from '../../smoke/prepare.ts'
import { readEnvironment } from '../../smoke/sandbox/environment-file.ts'
import { firstToken } from '../../smoke/sandbox/first-token.ts'
import { listeningSockets } from '../../smoke/sandbox/listeners.ts'
import { membersOf } from '../../smoke/sandbox/members.ts'
import { type OpenPort, PortWatch, watchPorts } from '../../smoke/sandbox/port-watch.ts'
import { portsIn } from '../../smoke/sandbox/ports.ts'
import { joining } from '../../smoke/sandbox/run-group.ts'
import type { Setting } from '../../smoke/setting.ts'
import type { Running } from './running.ts'

/** What the phases have said last, and how long that may take to arrive. */
const lastLines = 20
const restMs = 1_000

/** How often it is looked which ports are open. */
const portsEveryMs = 500

/** How the phases went, beside what they tell themselves. */
type Went = {
  /** How they ended, unless they ended well. */
  readonly fault: string | undefined
  /** What was open meanwhile, and should not. */
  readonly ports: readonly OpenPort[]
}

/**
 * Has the engine run the phases, in a process of its own with the environment of the sandbox and nothing else. A fault is
 * told with what it said last: of one that could not even begin there is nothing else.
 */
export async function runPhases(
  { places, phases }: Prepared,
  { scope, log, secret }: Running,
  setting: Setting,
): Promise<Went> {
  const file = (name: string) => join(setting.evidence, name)
  const reports = [
    'plain',
    `plain=${file('harness.log')}`,
    `json=${file('events.ndjson')}`,
    `junit=${file('junit.xml')}`,
  ]
  const words = [
    ...['--taskfile', places.taskfile, '--no-color', '--keep-going', '--trace', file('trace.json')],
    ...reports.flatMap(report => ['--reporter', report]),
    phases.at(-1) ?? 'untouched',
  ]
  const inherited = process.env[scopeVariable]
  const program = [process.execPath, join(import.meta.dirname, '..', 'cli.mjs'), ...words] as const
  const { group } = setting
  const [start, ...rest] = group === undefined ? program : joining(group, program)
  const child = scope.spawn(start, rest, {
    cwd: places.workspace,
    env: {
      ...(await readEnvironment(places)),
      ...(inherited === undefined ? {} : { [scopeVariable]: inherited }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('its output is piped')
  const last: string[] = []
  let token: string | undefined
  for (const input of [stdout, stderr])
    createInterface({ input }).on('line', line => {
      const now = firstToken(places)
      // It is another one where a clone is made anew.
      if (now !== undefined && now !== token) secret(now)
      token = now
      log(line)
      last.push(line)
      if (last.length > lastLines) last.shift()
    })
  const closed = once(child, 'close').catch(() => {})
  const watch = portWatch(places, setting, child.pid)
  const over = new AbortController()
  const watching = watchPorts(watch, {
    ...{ everyMs: portsEveryMs, signal: over.signal },
    unable: reason => log(`ports are looked at once, and not all the while: ${reason}`),
  })
  const longest = longestRunMs(setting)
  const exited = inTime(longest, 'all of the phases', once(child, 'exit'))
  const late = await exited.then(
    () => undefined,
    (error: Error) => error.message,
  )
  // Not its streams: whoever has inherited them may hold them for ever.
  if (late === undefined) await Promise.race([closed, delay(restMs, undefined, { ref: false })])
  over.abort()
  await watching
  if (late !== undefined) await scope.end({ graceMs: 0 })
  const went = late ?? `the phases ended with ${child.exitCode ?? child.signalCode}`
  const fault = child.exitCode === 0 && late === undefined ? undefined : [went, ...last].join('\n')
  return { fault, ports: watch.found }
}

/** The ports from which the system takes those that nobody has named; where it does not tell, as it does unless somebody changes it. */
function ephemeralPorts(): { lowest: number; highest: number } {
  try {
    const [lowest = Number.NaN, highest = Number.NaN] = readFileSync(
      '/proc/sys/net/ipv4/ip_local_port_range',
      'utf8',
    )
      .trim()
      .split(/\s+/)
      .map(Number)
    if (lowest <= highest) return { lowest, highest }
  } catch {
    // No Linux, or a sandbox that hides it.
  }
  return { lowest: 32_768, highest: 60_999 }
}

function portWatch(places: Prepared['places'], setting: Setting, runner: number | undefined): PortWatch {
  const current = new CurrentPhase(join(setting.evidence, 'events.ndjson'))
  return new PortWatch({
    ...{ runner, opensPorts, sockets: listeningSockets, now: systemClock.now, ephemeral: ephemeralPorts() },
    members: () => membersOf(setting).map(({ pid }) => pid),
    own: async () => Object.values(portsIn(await readEnvironment(places))),
    phase: () => current.name(),
  })
}
