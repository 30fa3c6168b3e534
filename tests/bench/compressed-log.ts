/**
 * What it costs that a log is compressed: reading all of it as a follower reads, and 64 KiB of it at places here and there,
 * beside the plain file. Both from the page cache, without a server.
 *
 *     node tests/bench/compressed-log.ts
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LogFile } from '../../services/api/logs/log-file.ts'
import { compressLog } from '../../services/runner/logs/compress-log.ts'
import { printIfMain } from './print-if-main.ts'
import { median, type Row } from './row.ts'
import { timed } from './timed.ts'

const chunk = 65_536

export async function bench({ size = 50_000_000, runs = 5, places = 200 } = {}): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-compressed-'))
  try {
    const plain = { plain: join(directory, 'plain'), compressed: join(directory, 'none'), name: 'plain' }
    const ours = { plain: join(directory, 'log'), compressed: join(directory, 'log.zst'), name: 'compressed' }
    const log = logOf(size)
    for (const path of [plain.plain, ours.plain]) writeFileSync(path, log)
    await compressLog({ ...ours, length: size }, () => undefined)
    const smaller = size / statSync(ours.compressed).size
    const wholes = Array.from({ length: Math.ceil(size / chunk) }, (_, i) => i * chunk)
    const some = Array.from({ length: places }, (_, i) => (i * 7_919 * chunk) % (size - chunk))
    const measured = async (at: readonly number[], from: typeof ours) => {
      const took: number[] = []
      for (let run = 0; run < runs; run++) took.push(await timed(() => readAt(at, from)))
      return median(took)
    }
    const row = async (name: string, at: readonly number[]): Promise<Row> => {
      const figures = { ours: await measured(at, ours), peer: await measured(at, plain) }
      return {
        ...{ name, beside: 'plain file', unit: 'ms', ...figures, ratio: figures.ours / figures.peer },
        ...{ goal: '–', note: `${smaller.toFixed(1)} times smaller` },
      }
    }
    return [
      await row(`compressed log, all ${size / 1e6} MB`, wholes),
      await row(`compressed log, ${places} places`, some),
    ]
  } finally {
    rmSync(directory, { recursive: true })
  }
}

async function readAt(places: readonly number[], from: ConstructorParameters<typeof LogFile>[0]) {
  await using log = new LogFile(from)
  await log.size()
  for (const place of places) await log.read(place, chunk)
}

/** Lines as programs log them, no two alike. */
function logOf(size: number): Buffer {
  const lines: string[] = []
  for (let i = 0, length = 0; length < size; i++) {
    const line = `2026-11-21T10:00:${i % 60}.${i % 1_000}Z INFO request ${(i * 2_654_435_761) % 4_294_967_296} answered 200 in ${i % 97} ms\n`
    lines.push(line)
    length += line.length
  }
  return Buffer.from(lines.join('')).subarray(0, size)
}

await printIfMain(import.meta, bench)
