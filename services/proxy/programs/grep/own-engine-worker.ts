import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { linesOf } from './file-content.ts'

/** A file to be searched; the answer is the numbers of the lines that match. */
export type Job = { readonly content: Uint8Array }

const { source, flags, most } = z
  .object({ source: z.string(), flags: z.string(), most: z.int() })
  .parse(workerData)
const expression = new RegExp(source, flags)

parentPort?.on('message', ({ content }: Job) => {
  const found: number[] = []
  for (const [at, line] of linesOf(Buffer.from(content.buffer)).entries()) {
    if (!expression.test(line.toString())) continue
    found.push(at + 1)
    if (found.length === most) break
  }
  parentPort?.postMessage(found)
})
