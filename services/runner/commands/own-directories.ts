import type { EnvironmentId, SessionId } from '../../contract/ids.ts'
import type { DataFiles } from '../../store/files.ts'

/**
 * Where a command has its home and its temporary files: those of its session, or those of the build that it is. What builds
 * one environment leaves there nothing that has a say in another, or in what the session runs later.
 */
export const ownDirectories = (
  files: DataFiles,
  session: SessionId,
  building: EnvironmentId | null,
): { readonly home: string; readonly temporary: string } =>
  building === null
    ? { home: files.home(session), temporary: files.temporary(session) }
    : { home: files.buildHome(session, building), temporary: files.buildTemporary(session, building) }
