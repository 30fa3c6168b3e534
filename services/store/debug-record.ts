import { type FileHandle, open } from 'node:fs/promises'
import { errorCode } from '../../lib/error-code.ts'
import { type RecordEntry, recordEntrySchema } from '../contract/debug-record.ts'
import type { DataFiles } from './files.ts'

export type RecordPaths = ReturnType<DataFiles['debugRecord']>

/** An entry; or a line that is none, such as one that was being written when its runner was killed. */
export type RecordLine = { readonly entry: RecordEntry } | { readonly damaged: string }

const numbered = /^\{"n":(\d{1,15}),/

/**
 * What stands in the files of a debug session's record, in order, of the entries behind number `after` alone. Nothing where
 * there is no record. A file that becomes the earlier one meanwhile may be told of twice: callers look at the numbers.
 */
export async function* debugRecord(paths: RecordPaths, after = 0): AsyncGenerator<RecordLine> {
  for (const path of [paths.earlier, paths.later])
    for await (const line of linesOf(path)) {
      const n = numbered.exec(line)?.[1]
      if (n !== undefined && Number(n) <= after && Number(n) > 0) continue
      yield lineOf(line)
    }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  await using file = await openIfThere(path)
  if (file === undefined) return
  for await (const line of file.readLines({ autoClose: false })) if (line !== '') yield line
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function lineOf(line: string): RecordLine {
  try {
    const parsed = recordEntrySchema.safeParse(JSON.parse(line))
    if (parsed.success) return { entry: parsed.data }
  } catch {
    // It is no JSON.
  }
  return { damaged: line.slice(0, 100) }
}
