import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { errorCode } from '../../lib/error-code.ts'
import { readPlainFile } from '../../lib/plain-file.ts'
import { removeTree } from '../../lib/remove-tree.ts'
import { UserError } from '../../lib/user-error.ts'
import { configurationWith, type ModelConfiguration, modelConfiguration } from './codex-configuration.ts'
import type { McpServer } from './codex-servers.ts'
import { credentialsIn, signsIn, textsInAuth } from './codex-sign-in.ts'

type Variables = Readonly<Record<string, string>>

const files = { configuration: 'config.toml', auth: 'auth.json', variables: 'variables.json' } as const

/** What a run takes over of a person's CODEX_HOME, and nothing else of it: how they are signed in, and to which model. */
export type CodexHome = {
  readonly directory: string
  readonly model: ModelConfiguration
  readonly auth: string | undefined
  readonly variables: Variables
}

/** Reads it, and changes nothing. Throws where nobody is signed in there. */
export function readCodexHome(
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
): CodexHome {
  const file = join(directory, files.configuration)
  const model = modelConfiguration(textOf(file) ?? '', file)
  const auth = textOf(join(directory, files.auth))
  const variables = credentialsIn(environment, model.variables)
  // A provider of the person's own may want no credential at all.
  if (!signsIn(auth) && Object.keys(variables).length === 0 && !model.hasProvider)
    throw new UserError(`nobody is signed in to Codex in ${directory}`, {
      fix: 'run "codex login", set CODEX_API_KEY, name another --codex-home, or use --model scripted',
    })
  return { directory, model, auth, variables }
}

/** Whether Codex could be led by a live model: somebody is signed in there, or has put a key into the environment. */
export function isSignedIn(
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  try {
    return Object.keys(credentialsIn(environment)).length > 0 || signsIn(textOf(join(directory, files.auth)))
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}

/** Shorter texts are words and numbers, such as the kind of a sign-in, or the version of an interface. */
const shortestSecret = 8

/** What may be shown and stored nowhere. */
export const secretsOf = ({ model, auth, variables }: CodexHome): string[] =>
  [...Object.values(variables), ...textsInAuth(auth), ...model.secrets].filter(
    text => text.length >= shortestSecret,
  )

/** Where one is to be made: what stands in the environment of the harness, which it hands on to nobody else. */
export async function handOver(
  directory: string,
  { variables }: Pick<CodexHome, 'variables'>,
): Promise<void> {
  await removeTree(directory)
  await mkdir(directory, { mode: 0o700 })
  await writeAtomically(join(directory, files.variables), JSON.stringify(variables), {
    expectDirectory: true,
  })
}

/**
 * Makes a CODEX_HOME of the run's own from it, for its owner alone. What Codex writes there, such as a sign-in that it has renewed, stays
 * there, from one stage to the next.
 */
export async function writeMirror(directory: string, home: CodexHome): Promise<void> {
  await handOver(directory, home)
  const put = (name: string, content: string) =>
    writeAtomically(join(directory, name), content, { expectDirectory: true })
  await put(files.configuration, configurationWith(home.model.table, {}))
  if (home.auth !== undefined) await put(files.auth, home.auth)
}

/** One that was mirrored, as it is now; undefined where there is none. */
export function readMirror(directory: string): CodexHome | undefined {
  const variables = plainText(join(directory, files.variables))
  if (variables === undefined) return undefined
  const file = join(directory, files.configuration)
  return {
    directory,
    model: modelConfiguration(plainText(file) ?? '', file),
    auth: plainText(join(directory, files.auth)),
    variables: z.record(z.string(), z.string()).parse(JSON.parse(variables)),
  }
}

/** From now on Codex knows these MCP servers there, and no other. */
export const knowServers = (
  { directory, model }: CodexHome,
  servers: Readonly<Record<string, McpServer>>,
): Promise<void> =>
  writeAtomically(join(directory, files.configuration), configurationWith(model.table, servers), {
    expectDirectory: true,
  })

const longest = 2 ** 20

/** Of the copy, into which whatever a run has started may put what never ends. */
const plainText = (file: string): string | undefined => readPlainFile(file, longest)?.toString()

/** Of a person's own, where it may be a link. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw new UserError(`${file} cannot be read: ${errorCode(error) ?? error}`, {
      fix: 'name another --codex-home, or use --model scripted',
    })
  }
}
