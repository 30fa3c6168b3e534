import { configEnvironment, configOption, configUsage } from '../config-flag.ts'
import { task } from '../engine/task.ts'
import { readWords } from '../words.ts'

/** What a host needs before the services can start. Each task may run again at any time and changes nothing then. */

export const binaries = task({
  describe: 'Find the required programs',
  run: async (_, { root, log }) => {
    const { findBinaries } = await import('./binaries.ts')
    const { bootstrapSettings } = await import('../../config/settings.ts')
    const found = findBinaries(bootstrapSettings(root, process.env).values.required_binaries, process.env)
    for (const { name, path } of found) log(`${name}: ${path}`)
    return found
  },
})

export const repository = task({
  describe: 'Verify the checkout of this project',
  needs: { binaries },
  run: async (_, { root, exec, log }) => {
    const { verifyCheckout } = await import('./repository.ts')
    const { bootstrapSettings } = await import('../../config/settings.ts')
    const { path } = bootstrapSettings(root, process.env).values.repository
    const checkout = await verifyCheckout(root, path, exec)
    log(`${checkout.directory}: ${checkout.commit === null ? 'no commit yet' : `at ${checkout.commit}`}`)
    return checkout
  },
})

export const storage = task({
  describe: 'Make the data directory and the store, and prove that it reads and writes',
  run: async (_, { root, log }) => {
    const { prepareStorage } = await import('./storage.ts')
    const { openWorkspace } = await import('../../config/workspace.ts')
    const { migrated } = await prepareStorage(openWorkspace(root, process.env))
    for (const name of migrated) log(`applied migration ${name}`)
    return { migrated }
  },
})

export const token = task({
  describe: "Make the first administrator's token",
  needs: { storage },
  run: async (_, { root, log }) => {
    const { prepareToken } = await import('./token.ts')
    const { openWorkspace } = await import('../../config/workspace.ts')
    const { made, file } = await prepareToken(openWorkspace(root, process.env))
    if (made) log(`made an administrator's token: ${file}`)
    return { file }
  },
})

export const bootstrap = task({
  describe: 'Prepare this host: programs, checkout, storage, first token',
  needs: { binaries, repository, storage, token },
  args: {
    usage: configUsage,
    parse: argv => readWords(argv, { options: configOption }).values,
    environment: configEnvironment,
  },
  run: ({ token }) => ({ tokenFile: token.file }),
})
