import { statSync } from 'node:fs'
import type { SecretMask } from '../../../../lib/secret-mask.ts'
import type { LogStream } from '../../../contract/log-message.ts'
import type { RunnerContext } from '../../context.ts'
import type { Identity } from '../live-dependencies.ts'
import { DebugRecord } from './debug-record.ts'
import { RecordFile } from './record-file.ts'

/** How long the record of one debug session may be, in bytes. */
export const defaultRecordBytes = 16 * 1024 * 1024

/** The record of a debug session that begins. `worktree`: where it is, symbolic links resolved. */
export function recordOf(
  { files, clock, log, recordBytes }: Pick<RunnerContext, 'files' | 'clock' | 'log' | 'recordBytes'>,
  { id, session, command, engine }: Identity,
  worktree: string,
  mask: SecretMask,
): DebugRecord {
  const written = (stream: LogStream) =>
    statSync(files.log(session, command, stream), { throwIfNoEntry: false })?.size ?? 0
  return new DebugRecord({
    file: new RecordFile(files.debugRecord(session, id), recordBytes),
    head: { debug: { id, session, command, engine }, worktree },
    mask,
    written: () => ({ stdout: written('stdout'), stderr: written('stderr') }),
    clock,
    log,
  })
}
