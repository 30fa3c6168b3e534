import { resolve } from 'node:path'
import { UserError } from '../../lib/user-error.ts'
import { configEnvironment, configParam } from '../config-flag.ts'
import { task, type Zod } from '../engine/task.ts'
import { jsonParam } from '../json-flag.ts'
import { workspaceOf } from '../workspace.ts'
import { readRevision } from './revision.ts'

/** The store without a server. What these tasks do is loaded only when they run. */

export const dbUpgrade = task({
  describe: 'Apply the migrations that the store lacks',
  params: z => ({
    revision: z
      .string()
      .transform(text => {
        const to = readRevision(text)
        if (to !== null) return to
        throw new UserError('an upgrade leads to a migration', { fix: 'see npx task db:history' })
      })
      .optional()
      .describe('a name, its beginning, or head; the newest where none is named')
      .meta({ positional: true }),
    config: configParam(z),
  }),
  setsEnv: params => configEnvironment(params),
  run: async (_, { params: { revision }, root, signal, log, print }) => {
    const { upgrade } = await import('./migrate.ts')
    const workspace = await workspaceOf(root)
    const applied = await upgrade(workspace, revision, { signal, log })
    print(applied.length === 0 ? 'up to date\n' : applied.map(name => `applied ${name}\n`).join(''))
  },
})

export const dbDowngrade = task({
  describe: 'Take migrations back, down to a revision',
  params: z => ({
    revision: z
      .string()
      .transform(readRevision)
      .describe('one that npx task db:history shows, or base for none')
      .meta({ positional: true }),
    config: configParam(z),
  }),
  setsEnv: params => configEnvironment(params),
  run: async (_, { params: { revision }, root, signal, log, print, confirm }) => {
    const { downgrade } = await import('./migrate.ts')
    const workspace = await workspaceOf(root)
    const result = await downgrade(workspace, revision, confirm, { signal, log })
    if (result.outcome === 'declined') throw new UserError('nothing was taken back')
    print(
      result.undone.length === 0
        ? 'nothing to take back\n'
        : result.undone.map(name => `took back ${name}\n`).join(''),
    )
  },
})

export const dbHistory = task({
  describe: 'List the migrations, and which of them the store has',
  onlyLooks: true,
  params: z => ({ json: jsonParam(z), config: configParam(z) }),
  setsEnv: params => configEnvironment(params),
  run: async (_, { params: { json }, root, print }) => {
    const { historyText, readHistory } = await import('./history.ts')
    const revisions = readHistory((await workspaceOf(root)).storeFile)
    print(json ? `${JSON.stringify(revisions, null, 2)}\n` : historyText(revisions))
  },
})

export const dbCurrent = task({
  describe: 'Show the newest migration that the store has',
  onlyLooks: true,
  params: z => ({ config: configParam(z) }),
  setsEnv: params => configEnvironment(params),
  run: async (_, { root, print }) => {
    const { currentRevision } = await import('./history.ts')
    print(`${currentRevision((await workspaceOf(root)).storeFile) ?? 'base'}\n`)
  },
})

export const dbBackup = task({
  describe: 'Copy the store into a file, while services use it, and verify the copy',
  params: z => ({
    file: fileParam(z).describe('where the copy goes'),
    force: z.boolean().default(false).describe('in the place of a file that is there'),
    config: configParam(z),
  }),
  setsEnv: params => configEnvironment(params),
  run: async (_, { params, root, print, progress }) => {
    const { backUp } = await import('./backup.ts')
    progress('copying and verifying')
    const { file, bytes } = await backUp(await workspaceOf(root), resolve(params.file), params.force)
    print(`${file}: ${bytes} bytes, verified\n`)
  },
})

export const dbRestore = task({
  describe: 'Put a backup in the place of the store, and keep what was there beside it',
  params: z => ({ file: fileParam(z).describe('the backup'), config: configParam(z) }),
  setsEnv: params => configEnvironment(params),
  run: async (_, { params, root, signal, log, print, progress }) => {
    const { restore } = await import('./backup.ts')
    const file = resolve(params.file)
    const workspace = await workspaceOf(root)
    progress('verifying and copying')
    const { kept, pending } = await restore(workspace, file, { signal, log })
    print(`${workspace.storeFile}: restored from ${file}\n`)
    if (kept !== undefined) print(`  what was there is kept as ${kept}\n`)
    if (pending.length > 0)
      print(`  older than this version: npx task db:upgrade applies ${pending.join(', ')}\n`)
  },
})

/** A relative name is meant from where it was typed. */
const fileParam = (z: Zod) => z.string().min(1).meta({ positional: true })
