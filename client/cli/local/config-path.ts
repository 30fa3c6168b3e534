import { configLocation } from '../../../config/client/config-location.ts'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Io, write } from '../io.ts'

export async function showConfigPath(io: Io, { json }: { readonly json?: true }): Promise<void> {
  const path = requireConfigPath(io)
  await write(io.stdout, json ? `${JSON.stringify(path)}\n` : `${path}\n`, io.signal)
}

/** Where the configuration lies; an error that says what to set where that cannot be told. */
export function requireConfigPath({ environment, platform }: Io): string {
  const location = configLocation(environment, platform)
  if ('path' in location) return location.path
  throw new CliError(
    'no_home',
    exitCodes.failure,
    `there is no place for the configuration: ${location.reason}`,
    { fix: 'set DEBUG_SERVER_HOME to a directory of yours' },
  )
}
