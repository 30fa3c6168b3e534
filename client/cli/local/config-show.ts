import { configLocation } from '../../../config/client/config-location.ts'
import { type ConnectionFlags, loadSettings } from '../../../config/client/load.ts'
import type { Settings, Sourced } from '../../../config/client/resolve.ts'
import { type Io, write } from '../io.ts'
import { table } from '../render/table.ts'
import type { RenderContext } from '../words/words.ts'

/** Enough of a token to recognise it by, and too little to use it. */
export const masked = (token: string): string => (token.length < 24 ? '****' : `****${token.slice(-4)}`)

type Shown = Record<'base_url' | 'token' | 'ca' | 'insecure', Sourced<string | boolean> | null>

/** The settings as they are shown: never with the token. */
export const shownSettings = ({ baseUrl, token, ca, insecure }: Settings): Shown => ({
  base_url: baseUrl ?? null,
  token: token === undefined ? null : { ...token, value: masked(token.value) },
  ca: ca ?? null,
  insecure: insecure ?? null,
})

export async function showConfig(
  io: Io,
  flags: ConnectionFlags & { readonly json?: true },
  context: RenderContext,
): Promise<void> {
  const settings = shownSettings(await loadSettings(io, flags))
  const location = configLocation(io.environment, io.platform)
  const file = 'path' in location ? location.path : null
  if (flags.json)
    return await write(io.stdout, `${JSON.stringify({ ...settings, file }, null, 2)}\n`, io.signal)
  const rows = Object.entries(settings)
  const text = table(
    rows,
    [
      { title: 'SETTING', cell: ([name]) => name },
      { title: 'VALUE', cell: ([, setting]) => String(setting?.value ?? '-'), flexible: true },
      {
        title: 'FROM',
        cell: ([, setting]) => (setting === null ? '-' : spoken(setting.source, file)),
        flexible: true,
      },
    ],
    context,
  )
  await write(io.stdout, text, io.signal)
}

const spoken = (source: Sourced<unknown>['source'], file: string | null): string =>
  source === 'file' ? (file ?? 'file') : source
