import { profileChoice } from '../../../config/client/choose-profile.ts'
import { type ConfigFile, changeConfigFile, readConfigFile } from '../../../config/client/config-file.ts'
import { defaultProfile } from '../../../config/client/profile.ts'
import { forgetSignInsOf, signInsFile } from '../../../config/client/sign-ins.ts'
import { didYouMean } from '../../../lib/suggest.ts'
import { visible } from '../../../lib/visible.ts'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Io, write } from '../io.ts'
import { table } from '../render/table.ts'
import type { RenderContext } from '../words/words.ts'
import { requireConfigPath } from './config-path.ts'

type Flags = { readonly json?: true; readonly profile?: string }
type Row = { readonly name: string; readonly base_url: string | null; readonly in_use: boolean }

/** What is kept, and which of it a call with these flags and variables uses. Tokens are not told. */
export async function listProfiles(io: Io, flags: Flags, context: RenderContext): Promise<void> {
  const file = await readConfigFile(requireConfigPath(io))
  const { name: chosen } = profileChoice(io, flags, file)
  const rows: Row[] = Object.entries(file?.profiles ?? {}).map(([name, { base_url }]) => ({
    name,
    base_url: base_url ?? null,
    in_use: name === chosen,
  }))
  await write(io.stdout, flags.json ? `${JSON.stringify(rows, null, 2)}\n` : text(rows, context), io.signal)
}

const text = (rows: readonly Row[], context: RenderContext): string =>
  rows.length === 0
    ? 'no profiles\n'
    : table(
        rows,
        [
          { title: 'NAME', cell: ({ name }) => name },
          { title: 'IN USE', cell: ({ in_use }) => (in_use ? 'yes' : '-') },
          { title: 'SERVER', cell: ({ base_url }) => base_url ?? '-', flexible: true },
        ],
        context,
      )

/** Has a profile used where none is named. */
export async function useProfile(io: Io, [name = '']: readonly string[], { json }: Flags): Promise<void> {
  await changeConfigFile(requireConfigPath(io), file => {
    requireProfile(file, name)
    return withCurrent(file.profiles, name)
  })
  await write(io.stdout, json ? `${JSON.stringify({ profile: name })}\n` : `using ${name}\n`, io.signal)
}

/** Forgets a profile, with its token and its sign-in. Where it was the one in use, `default` is again. */
export async function removeProfile(io: Io, [name = '']: readonly string[], { json }: Flags): Promise<void> {
  const path = requireConfigPath(io)
  await changeConfigFile(path, file => {
    requireProfile(file, name)
    const { [name]: _, ...profiles } = file.profiles
    return withCurrent(profiles, file.profile === name ? undefined : file.profile)
  })
  await forgetSignInsOf(signInsFile(path), name)
  await write(io.stdout, json ? `${JSON.stringify({ removed: name })}\n` : `removed ${name}\n`, io.signal)
}

const withCurrent = (profiles: ConfigFile['profiles'], name: string | undefined): ConfigFile =>
  name === undefined || name === defaultProfile ? { profiles } : { profile: name, profiles }

function requireProfile({ profiles }: ConfigFile, name: string): void {
  if (Object.hasOwn(profiles, name)) return
  throw new CliError('profile_not_found', exitCodes.notFound, `there is no profile "${visible(name)}"`, {
    fix: didYouMean(name, Object.keys(profiles)) ?? 'see "debug-server profile list"',
  })
}
