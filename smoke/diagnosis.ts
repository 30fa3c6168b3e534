import { once } from 'node:events'
import { existsSync, globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import { pickVariables } from '../lib/host-variables.ts'
import { openPlainFile } from '../lib/plain-file.ts'
import { ProcessScope, scopeVariable } from '../lib/processes/process-scope.ts'
import { processTable } from '../lib/processes/process-table.ts'
import { visibleLines } from '../lib/visible.ts'
import { maskOf } from './agents/masked.ts'
import { readEnvironment } from './sandbox/environment-file.ts'
import { listenersOf } from './sandbox/listeners.ts'
import { membersOf } from './sandbox/members.ts'
import { portsIn } from './sandbox/ports.ts'
import { processText } from './sandbox/process-text.ts'
import type { Setting } from './setting.ts'
import type { Places } from './workspace/places.ts'

const statusMs = 15_000
const statusAtMost = 64 * 1024
/** How long what it said last may take to arrive. */
const restMs = 500
const probeMs = 3_000
/** Each part. More than those above, which tell more of what took so long. */
const partMs = 20_000
const tailBytes = 8 * 1024
const causesAtMost = 8

type Section = readonly [title: string, text: string]

/**
 * What there is to know when a phase has failed, always the same and in the same order: what its commands and requests were
 * answered last, services, processes, ports, what is answered now, the ends of all logs. Each part is bounded in time, and one that fails says so in its place. Secrets are covered.
 */
export async function diagnose(
  places: Places,
  run: Pick<Setting, 'mark' | 'group'>,
  { failure, said }: { readonly failure: unknown; readonly said: readonly string[] },
  secrets: readonly string[] = [],
): Promise<string> {
  const parts: readonly (readonly [string, () => Promise<string>])[] = [
    ['Services', () => services(places)],
    ['Processes of the run', async () => processes(run)],
    ['Open ports', () => ports(run)],
    ['Last answers', () => answers(places)],
  ]
  const sections: Section[] = await Promise.all(
    parts.map(async ([title, read]) => [title, await inTime(read())] as const),
  )
  const text = Buffer.from(
    [
      ['What it failed with', failureText(failure)],
      ['What was said last', visibleLines(said.join('\n')).join('\n') || 'nothing'],
      ...sections,
      ...(await logTails(places)),
    ]
      .map(([title, said]) => `== ${title}\n${said}\n`)
      .join('\n'),
  )
  maskOf(secrets).cover(text)
  return text.toString()
}

/** With what lay behind it: of a request that was answered otherwise than expected, the answer. */
function failureText(failure: unknown): string {
  const lines: string[] = []
  for (let at = failure; at !== undefined && lines.length < causesAtMost; )
    if (at instanceof Error) {
      lines.push(`${at.name}: ${at.message}`)
      at = at.cause
    } else {
      lines.push(String(at))
      break
    }
  return visibleLines(lines.join('\n')).join('\n')
}

const inTime = (part: Promise<string>): Promise<string> =>
  Promise.race([
    part.catch(String),
    delay(partMs, `this took longer than ${partMs / 1_000} s`, { ref: false }),
  ])

/** In a scope of its own: whatever the clone's command starts ends with it, though it keeps the pipes. */
async function services(places: Places): Promise<string> {
  if (!existsSync(join(places.clone, 'node_modules'))) return 'nothing is installed yet'
  await using scope = new ProcessScope({ graceMs: 500 })
  const child = scope.spawn(process.execPath, ['tasks/cli.mjs', 'status'], {
    cwd: places.clone,
    env: { ...(await readEnvironment(places)), ...pickVariables([scopeVariable], process.env) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      if (said.length < statusAtMost) said += text
    })
  const timer = setTimeout(() => void scope.end({ graceMs: 0 }), statusMs)
  try {
    const [code, signal] = await once(child, 'exit')
    await scope.end()
    if (child.stdout?.closed === false) await Promise.race([once(child, 'close'), delay(restMs)])
    return said || `"status" said nothing, and ended with ${code ?? signal}`
  } finally {
    clearTimeout(timer)
  }
}

/** As a tree, those first whose parent is none of the run's. */
function processes(run: Pick<Setting, 'mark' | 'group'>): string {
  const parents = new Map(processTable().entries.map(({ pid, ppid }) => [pid, ppid]))
  const pids = membersOf(run).map(({ pid }) => pid)
  const below = (parent: number, depth: number): string[] =>
    pids
      .filter(pid => parents.get(pid) === parent)
      .flatMap(pid => [`${'  '.repeat(depth)}${processText(pid)}`, ...below(pid, depth + 1)])
  const tops = pids.filter(pid => !pids.includes(parents.get(pid) ?? 0))
  const lines = tops.flatMap(pid => [processText(pid), ...below(pid, 1)])
  return lines.join('\n') || 'none'
}

async function ports(run: Pick<Setting, 'mark' | 'group'>): Promise<string> {
  const listeners = await listenersOf(membersOf(run).map(({ pid }) => pid))
  if (listeners === undefined) return 'this system does not tell'
  return (
    listeners.map(({ pid, address, port }) => `${address}:${port} ${processText(pid)}`).join('\n') || 'none'
  )
}

async function answers(places: Places): Promise<string> {
  const { proxy, api } = portsIn(await readEnvironment(places))
  const addresses = [
    ...(proxy === undefined
      ? []
      : [`http://127.0.0.1:${proxy}/api/readyz`, `http://127.0.0.1:${proxy}/healthz`]),
    ...(api === undefined ? [] : [`http://127.0.0.1:${api}/healthz`]),
  ]
  const lines = await Promise.all(addresses.map(async address => `${address}: ${await answerOf(address)}`))
  return lines.join('\n') || 'no port was chosen yet'
}

async function answerOf(address: string): Promise<string> {
  try {
    const { statusCode, body } = await request(address, { signal: AbortSignal.timeout(probeMs), reset: true })
    return `${statusCode} ${(await body.text()).slice(0, 2_000).trim()}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** What the services and PM2 have written last. */
export const logFiles = ({ clone, runtime }: Places): string[] => [
  ...globSync(join(clone, '.artifacts', 'logs', '*.log')),
  ...globSync(join(clone, '.artifacts', 'pm2', '*.log')),
  ...globSync(join(runtime, 'debug-server-*', 'pm2.log')),
]

const logTails = (places: Places): Promise<Section[]> =>
  Promise.all(logFiles(places).map(async path => [basename(path), await inTime(tailOf(path))] as const))

async function tailOf(path: string): Promise<string> {
  await using file = await openPlainFile(path)
  if (file === undefined) return 'this is no plain file'
  const { size } = await file.stat()
  const from = Math.max(0, size - tailBytes)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from)
  return buffer.subarray(0, bytesRead).toString().trimEnd()
}
