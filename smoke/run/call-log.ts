import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { monotonicMs } from '../../lib/monotonic.ts'
import { openPlainFile } from '../../lib/plain-file.ts'
import { masked } from '../agents/masked.ts'
import type { Places } from '../workspace/places.ts'

/** The whole of the clone's own configuration of its gateway. */
const configuration = '# By npx task smoke --capture-debug-tools.\n[gateway]\nlog_calls = true\n'

/** Has the gateway of the clone tell of each call, or no more. What somebody else has written there stays; false where that is in the way. */
export async function setCallLog({ clone }: Pick<Places, 'clone'>, isOn: boolean): Promise<boolean> {
  const file = join(clone, 'config', 'mcp.local.toml')
  const present = await readFile(file, 'utf8').catch(() => undefined)
  if (isOn && present === undefined) await writeAtomically(file, configuration)
  if (!isOn && present === configuration) await rm(file, { force: true })
  return !isOn || present === undefined || present === configuration
}

const logOf = ({ clone }: Pick<Places, 'clone'>): string => join(clone, '.artifacts', 'logs', 'proxy.log')

/** What is read of it at the most, the last. */
const readAtMost = 16 * 2 ** 20
/** How long the log has to be the same to be taken for complete, and how long that is waited for. */
const restMs = 250
const patienceMs = 3_000

export type KeptLog = {
  readonly places: Pick<Places, 'clone'>
  /** What the files are called, up to their ends. */
  readonly name: string
  readonly secrets: () => readonly string[]
}

/**
 * Does something, and keeps what the clone's proxy has written meanwhile, however it went: what it tells of calls and of the servers that
 * were called in `NAME.tools.log`, the rest in `NAME.gateway.log`.
 */
export async function keepingLog<Result>(
  { places, name, secrets }: KeptLog,
  work: () => Promise<Result>,
): Promise<Result> {
  const file = logOf(places)
  const before = await sizeOf(file)
  try {
    return await work()
  } finally {
    const size = await settledSize(file)
    // One that is shorter was begun anew.
    const text = masked(await textOf(file, size < before ? 0 : before, size), secrets())
    const lines = text.split('\n').filter(line => line !== '')
    const put = (kind: string, wanted: (line: string) => boolean) =>
      writeAtomically(
        `${name}.${kind}.log`,
        lines
          .filter(wanted)
          .map(line => `${line}\n`)
          .join(''),
      )
    await put('tools', isOfTools)
    await put('gateway', line => !isOfTools(line))
  }
}

function isOfTools(line: string): boolean {
  try {
    const told: unknown = JSON.parse(line)
    return typeof told === 'object' && told !== null && ('call' in told || 'wrote' in told)
  } catch {
    return false
  }
}

const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => undefined))?.size ?? 0

/** PM2 hands on what a service writes, a moment later. */
async function settledSize(file: string): Promise<number> {
  const limit = monotonicMs() + patienceMs
  for (let size = await sizeOf(file); ; ) {
    await delay(restMs)
    const next = await sizeOf(file)
    if (next === size || monotonicMs() > limit) return next
    size = next
  }
}

async function textOf(path: string, from: number, to: number): Promise<string> {
  await using file = await openPlainFile(path).catch(() => undefined)
  if (file === undefined) return ''
  const begin = Math.max(from, to - readAtMost)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(to - begin), 0, to - begin, begin)
  return buffer.subarray(0, bytesRead).toString()
}
