import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { BootstrapSettings } from '../../config/schema.ts'
import type { Workspace } from '../../config/workspace.ts'

/**
 * Settings that were judged before. Judging them takes longer than all else in a run that has nothing to do, and comes
 * to the same as long as everything that it looks at is the same: the configuration's files, the whole environment, and
 * the code that judges. Only settings without a fault are kept, so a mistake is told at each run.
 */
export type JudgedSettings = { readonly values: BootstrapSettings; readonly workspace: Workspace }

/** Keeps what was judged, for the next run; undefined where it was known already. */
export type Keep = (() => Promise<void>) | undefined

type Kept = {
  /** Of the environment and the code. */
  readonly key: string
  /** The configuration's files, whether they exist or not. They follow from what the key is made of. */
  readonly files: readonly string[]
  /** Of their texts. */
  readonly texts: string
  readonly settings: JudgedSettings
}

type Environment = Readonly<Record<string, string | undefined>>

export async function judgedSettings(
  root: string,
  environment: Environment,
): Promise<JudgedSettings & { readonly keep: Keep }> {
  const key = keyOf(root, environment)
  const kept = readKept(root)
  if (kept?.key === key && kept.texts === textsOf(kept.files)) return { ...kept.settings, keep: undefined }
  const { configurationFiles } = await import('../../config/files.ts')
  const { bootstrapSettings } = await import('../../config/settings.ts')
  const { openWorkspace } = await import('../../config/workspace.ts')
  const files = configurationFiles(root, environment).files.map(({ path }) => path)
  // Taken before they are judged: what is changed meanwhile is judged again the next time.
  const texts = textsOf(files)
  const settings = {
    values: bootstrapSettings(root, environment).values,
    workspace: openWorkspace(root, environment),
  }
  return { ...settings, keep: () => write(root, { key, files, texts, settings }) }
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

/** All of the environment: any variable may be named by a setting. Only its hash is kept, for it may hold secrets. */
function keyOf(root: string, environment: Environment): string {
  const variables = Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1))
  return hashOf([root, process.version, codeIdentity(), variables])
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

/** Of texts that cannot be read as well: what was there and what was not. */
function textsOf(files: readonly string[]): string {
  return hashOf(
    files.map(path => {
      try {
        return readFileSync(path, 'base64')
      } catch (error) {
        return [String(error)]
      }
    }),
  )
}

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')
