import { configLocation } from '../../../config/client/config-location.ts'
import { type ConnectionFlags, loadSettings } from '../../../config/client/load.ts'
import type { Settings, Sourced } from '../../../config/client/resolve.ts'
import { signInsFile } from '../../../config/client/sign-ins.ts'
import { type Io, write } from '../io.ts'
import { masked } from '../render/masked.ts'
import { table } from '../render/table.ts'
import type { RenderContext } from '../words/words.ts'

type Shown = Record<
  'profile' | 'base_url' | 'token' | 'signed_in' | 'ca' | 'insecure',
  Sourced<string | boolean> | null
>

/** The settings as they are shown: never with the token. */
export const shownSettings = ({ profile, baseUrl, token, signIn, ca, insecure }: Settings): Shown => ({
  profile: profile ?? null,
  base_url: baseUrl ?? null,
  token: token === undefined ? null : { ...token, value: masked(token.value) },
  signed_in: signIn === undefined ? null : { value: signIn.user, source: 'file' },
  ca: ca ?? null,
  insecure: insecure ?? null,
})

type Flags = ConnectionFlags & { readonly json?: true; readonly origin?: true }

/** The settings of this client and, in a clone, those of its bootstrap and its services. */
export async function showConfig(io: Io, flags: Flags, context: RenderContext): Promise<void> {
  const { cloneConfiguration, configurationJson, configurationText, elsewhere } = await import(
    './clone-configuration.ts'
  )
  const settings = shownSettings(await loadSettings(io, flags))
  const location = configLocation(io.environment, io.platform)
  const file = 'path' in location ? location.path : null
  const configuration = await cloneConfiguration(io)
  const { readMcp } = await import('../../../config/mcp/read.ts')
  const { shownMcp, shownMcpKeys } = await import('../../../config/mcp/show.ts')
  const mcp = configuration === undefined ? undefined : readMcp(io.root)
  const servers = mcp?.ok === true ? shownMcpKeys(mcp) : undefined
  if (flags.json) {
    const shown = {
      client: { ...settings, file },
      ...configurationJson(configuration),
      mcp: servers === undefined ? null : shownMcp(servers),
    }
    await write(io.stdout, `${JSON.stringify(shown, null, 2)}\n`, io.signal)
  } else {
    const client = `client\n${clientText(settings, file, context)}`
    const clone =
      configuration === undefined
        ? elsewhere
        : configurationText(configuration, servers, { origin: flags.origin === true }, context)
    await write(io.stdout, `${client}\n${clone}`, io.signal)
  }
  // What is valid has been shown: a wrong key is found sooner beside the others.
  if (configuration === undefined) return
  const problems = [...configuration.problems, ...(mcp?.ok === false ? mcp.problems : [])]
  if (problems.length === 0) return
  const { ConfigurationError } = await import('../../../config/problem.ts')
  throw new ConfigurationError(problems)
}

function clientText(settings: Shown, file: string | null, context: RenderContext): string {
  const rows = Object.entries(settings)
  return table(
    rows,
    [
      { title: 'SETTING', cell: ([name]) => name },
      { title: 'VALUE', cell: ([, setting]) => String(setting?.value ?? '-'), flexible: true },
      {
        title: 'FROM',
        cell: ([name, setting]) => {
          if (setting === null) return '-'
          return name === 'signed_in' && file !== null ? signInsFile(file) : spoken(setting.source, file)
        },
        flexible: true,
      },
    ],
    context,
  )
}

const spoken = (source: Sourced<unknown>['source'], file: string | null): string =>
  source === 'file' ? (file ?? 'file') : source
