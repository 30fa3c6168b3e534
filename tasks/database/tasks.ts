import { resolve } from 'node:path'
import { UserError } from '../../lib/user-error.ts'
import { configEnvironment, configOption, configUsage } from '../config-flag.ts'
import { task } from '../engine/task.ts'
import { jsonOption, readWords, yesOption } from '../words.ts'
import { workspaceOf } from '../workspace.ts'
import { readRevision } from './revision.ts'

/** The store without a server. What these tasks do is loaded only when they run. */

export const dbUpgrade = task({
  describe: 'Apply the migrations that the store lacks',
  args: {
    usage: `[REVISION] ${configUsage}`,
    parse: argv => {
      const { positionals } = readWords(argv, { options: configOption, positionals: 1 })
      const [revision] = positionals
      const to = revision === undefined ? undefined : readRevision(revision)
      if (to === null)
        throw new UserError('an upgrade leads to a migration', { fix: 'see npx task db:history' })
      return to
    },
    environment: configEnvironment,
  },
  run: async (_, { args, root, signal, log, print }) => {
    const { upgrade } = await import('./migrate.ts')
    const workspace = await workspaceOf(root)
    const applied = await upgrade(workspace, args, { signal, log })
    print(applied.length === 0 ? 'up to date\n' : applied.map(name => `applied ${name}\n`).join(''))
  },
})

export const dbDowngrade = task({
  describe: 'Take migrations back, down to a revision',
  args: {
    usage: `REVISION [--yes] ${configUsage}`,
    parse: argv => {
      const { values, positionals } = readWords(argv, {
        options: { ...yesOption, ...configOption },
        positionals: 1,
      })
      const [revision] = positionals
      if (revision === undefined)
        throw new UserError('which revision?', {
          fix: 'one that npx task db:history shows, or base for none',
        })
      return { to: readRevision(revision), yes: values.yes }
    },
    environment: configEnvironment,
  },
  run: async (_, { args, root, signal, log, print, exec }) => {
    const { downgrade } = await import('./migrate.ts')
    const { confirmBy } = await import('../confirm.ts')
    const workspace = await workspaceOf(root)
    const result = await downgrade(workspace, args.to, confirmBy(exec, args.yes), { signal, log })
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
  args: {
    usage: `[--json] ${configUsage}`,
    parse: argv => readWords(argv, { options: { ...jsonOption, ...configOption } }).values,
    environment: configEnvironment,
  },
  run: async (_, { args, root, print }) => {
    const { historyText, readHistory } = await import('./history.ts')
    const revisions = readHistory((await workspaceOf(root)).storeFile)
    print(args.json === true ? `${JSON.stringify(revisions, null, 2)}\n` : historyText(revisions))
  },
})

export const dbCurrent = task({
  describe: 'Show the newest migration that the store has',
  args: {
    usage: configUsage,
    parse: argv => readWords(argv, { options: configOption }).values,
    environment: configEnvironment,
  },
  run: async (_, { root, print }) => {
    const { currentRevision } = await import('./history.ts')
    print(`${currentRevision((await workspaceOf(root)).storeFile) ?? 'base'}\n`)
  },
})

export const dbBackup = task({
  describe: 'Copy the store into a file, while services use it, and verify the copy',
  args: {
    usage: `FILE [--force] ${configUsage}`,
    parse: argv => {
      const { values, positionals } = readWords(argv, {
        options: { force: { type: 'boolean' }, ...configOption },
        positionals: 1,
      })
      return { file: fileIn(positionals, 'into which file?'), force: values.force === true }
    },
    environment: configEnvironment,
  },
  run: async (_, { args, root, print, progress }) => {
    const { backUp } = await import('./backup.ts')
    progress('copying and verifying')
    const { file, bytes } = await backUp(await workspaceOf(root), args.file, args.force)
    print(`${file}: ${bytes} bytes, verified\n`)
  },
})

export const dbRestore = task({
  describe: 'Put a backup in the place of the store, and keep what was there beside it',
  args: {
    usage: `FILE ${configUsage}`,
    parse: argv => {
      const { positionals } = readWords(argv, { options: configOption, positionals: 1 })
      return { file: fileIn(positionals, 'from which file?') }
    },
    environment: configEnvironment,
  },
  run: async (_, { args, root, signal, log, print, progress }) => {
    const { restore } = await import('./backup.ts')
    const workspace = await workspaceOf(root)
    progress('verifying and copying')
    const { kept, pending } = await restore(workspace, args.file, { signal, log })
    print(`${workspace.storeFile}: restored from ${args.file}\n`)
    if (kept !== undefined) print(`  what was there is kept as ${kept}\n`)
    if (pending.length > 0)
      print(`  older than this version: npx task db:upgrade applies ${pending.join(', ')}\n`)
  },
})

/** A relative name is meant from where it was typed. */
function fileIn(positionals: readonly string[], question: string): string {
  const [file] = positionals
  if (file === undefined || file === '') throw new UserError(question, { fix: 'name one after the task' })
  return resolve(file)
}
