import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { UserError } from '../../../../lib/user-error.ts'
import { fileContent } from './file-content.ts'
import { listedFiles } from './listed-files.ts'
import type { Job } from './own-engine-worker.ts'
import type { Found, Search } from './search.ts'

/**
 * Searches without any other program. The pattern is tried in a thread of its own: one that comes to no end is ended with
 * that.
 */
export async function* ownEngine(search: Search): AsyncGenerator<Found> {
  const { tree, names, signal, mostOfOne } = search
  const expression = expressionOf(search)
  const worker = new Worker(new URL('own-engine-worker.ts', import.meta.url), {
    workerData: { source: expression.source, flags: expression.flags, most: mostOfOne },
    resourceLimits: { maxOldGenerationSizeMb: 512 },
    stdout: true,
  })
  try {
    const content = await fileContent(tree, names)
    const files = content === undefined ? listedFiles(tree, names, signal) : [names]
    for await (const file of files) {
      const bytes = await fileContent(tree, file)
      if (signal.aborted) return
      if (bytes === undefined) continue
      const lines = await ask(worker, bytes, signal)
      if (lines === undefined) return
      if (lines.length > 0) yield { names: file, lines }
    }
  } finally {
    await worker.terminate()
  }
}

/** With Unicode where the pattern is one of those; a text as it stands otherwise means what it says. */
function expressionOf({ pattern, isText, ignoreCase }: Search): RegExp {
  const source = isText ? RegExp.escape(pattern) : pattern
  const flags = ignoreCase ? 'i' : ''
  try {
    return new RegExp(source, `${flags}u`)
  } catch {
    try {
      return new RegExp(source, flags)
    } catch (error) {
      throw new UserError(
        `the pattern is no regular expression: ${error instanceof Error ? error.message : error}`,
        {
          fix: 'escape what stands for itself with \\, or give text: true',
        },
      )
    }
  }
}

/** Undefined at the signal. */
async function ask(
  worker: Worker,
  content: Buffer,
  signal: AbortSignal,
): Promise<readonly number[] | undefined> {
  const bytes = new Uint8Array(content)
  const job: Job = { content: bytes }
  worker.postMessage(job, [bytes.buffer])
  try {
    const [lines]: number[][] = await once(worker, 'message', { signal })
    return lines
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}
