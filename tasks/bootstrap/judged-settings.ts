import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { BootstrapSettings } from '../../config/schema.ts'
import type { Workspace } from '../../config/workspace.ts'

/**
 * Settings that were judged before. Judging them takes longer than all else in a run that has nothing to do, and comes
 * to the same as long as everything that it looks at is the same: the configuration's files, the variables that set
 * settings or are named by them, and the code that judges. Only settings without a fault are kept, so a mistake is told
 * at each run.
 */
export type JudgedSettings = { readonly values: BootstrapSettings; readonly workspace: Workspace }

/** Keeps what was judged, for the next run; undefined where it was known already. */
export type Keep = (() => Promise<void>) | undefined

type Kept = {
  /** The configuration's files, whether they exist or not. They follow from the workspace and our own variables. */
  readonly files: readonly string[]
  /** Variables that are named anywhere in the configuration, overridden or not. */
  readonly named: readonly string[]
  /** A hash of all that was looked at. Of variables nothing else is kept, for they may hold secrets. */
  readonly key: string
  readonly settings: JudgedSettings
}

type Environment = Readonly<Record<string, string | undefined>>

export async function judgedSettings(
  root: string,
  environment: Environment,
): Promise<JudgedSettings & { readonly keep: Keep }> {
  const kept = readKept(root)
  if (kept?.key !== undefined && kept.key === keyOf(root, environment, kept.named, kept.files.map(textOf)))
    return { ...kept.settings, keep: undefined }
  const { configurationFiles } = await import('../../config/files.ts')
  const { bootstrapSettings } = await import('../../config/settings.ts')
  const { openWorkspace } = await import('../../config/workspace.ts')
  const files = configurationFiles(root, environment).files.map(({ path }) => path)
  // Taken before they are judged: what is changed meanwhile is judged again the next time.
  const texts = files.map(textOf)
  const named = await variablesNamed(texts, environment)
  const key = keyOf(root, environment, named, texts)
  const settings = {
    values: bootstrapSettings(root, environment).values,
    workspace: openWorkspace(root, environment),
  }
  return { ...settings, keep: () => write(root, { files, named, key, settings }) }
}

const keptFile = (root: string): string => join(root, '.artifacts', 'cache', 'settings.json')

function readKept(root: string): Kept | undefined {
  try {
    return JSON.parse(readFileSync(keptFile(root), 'utf8'))
  } catch {
    return undefined
  }
}

async function write(root: string, kept: Kept): Promise<void> {
  const { writeAtomically } = await import('../../lib/atomic-file.ts')
  // Who cannot write here is told so by what needs it.
  await writeAtomically(keptFile(root), JSON.stringify(kept)).catch(() => {})
}

/** Those that are looked at whatever the configuration says: see config/ and lib/socket-path.ts. */
const always = [
  'DEBUG_SERVER_CONFIG',
  'DEBUG_SERVER_DB_URL',
  'HOME',
  'XDG_RUNTIME_DIR',
  'TMPDIR',
  'TMP',
  'TEMP',
]

const setsKey = ([name]: readonly [string, unknown]): boolean => name.startsWith('DEBUG_SERVER__')

/** Any that a text could name, also one that is overridden: what is wrong in it is told nevertheless. */
async function variablesNamed(texts: readonly string[], environment: Environment): Promise<string[]> {
  const { variablesIn } = await import('../../config/expand.ts')
  const own = [...Object.entries(environment).filter(setsKey), ['', environment.DEBUG_SERVER_CONFIG]]
  // TOML may write a character by its number; seen as the character, it hides no name.
  const written = texts.map(text =>
    text.replaceAll(/\\(?:u|U0000)([0-9a-fA-F]{4})/g, (_, digits) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    ),
  )
  return [...new Set([...written, ...own.map(([, value]) => value ?? '')].flatMap(variablesIn))].sort()
}

function keyOf(
  root: string,
  environment: Environment,
  named: readonly string[],
  texts: readonly string[],
): string {
  const own = Object.entries(environment).filter(setsKey).sort()
  const others = [...always, ...named].map(name => [name, environment[name] ?? null])
  return createHash('sha256')
    .update(JSON.stringify([root, process.version, codeIdentity(), own, others, texts]))
    .digest('hex')
}

/** Tells one version of the code that judges, and of its dependencies, from another. */
function codeIdentity(): string[] {
  const project = resolve(import.meta.dirname, '../..')
  const sources = ['config', 'lib'].flatMap(room =>
    readdirSync(join(project, room)).map(name => join(project, room, name)),
  )
  return [...sources, join(project, 'package-lock.json')].map(path => {
    const { size, mtimeMs } = statSync(path)
    return `${path} ${size} ${mtimeMs}`
  })
}

/** Tells apart as well why a file cannot be read: what is not there is another matter than what may not be read. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    return String(error)
  }
}
