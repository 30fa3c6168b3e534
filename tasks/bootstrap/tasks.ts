import { UserError } from '../../lib/user-error.ts'
import { configEnvironment, configParam } from '../config-flag.ts'
import { task } from '../engine/task.ts'
import { jsonParam } from '../json-flag.ts'
import { compiled } from '../services/compiled.ts'

/**
 * What a host needs before the services can start. Each task may run again at any time, after a kill as well, and says
 * `up to date: …` where it has nothing to do. What a person should know is returned as `warnings`.
 */

/** Read once for all that follows. */
export const settings = task({
  describe: 'Read the configuration',
  look: async at => (await import('./outlook.ts')).settingsOutlook(at),
  run: async (_, { root }) => {
    const { judgedSettings } = await import('./judged-settings.ts')
    return judgedSettings(root, process.env)
  },
})

/** Held until this process has ended: two bootstraps of one clone follow each other. */
export const turn = task({
  describe: 'Wait until no other bootstrap of this clone is at work',
  needs: { settings },
  run: async ({ settings }, { signal, log }) => {
    const { takeTurn } = await import('./turn.ts')
    const held = await takeTurn(settings.workspace, { signal, log })
    await settings.keep?.()
    return held
  },
})

export const binaries = task({
  describe: 'Find the required programs',
  needs: { settings },
  look: async at => (await import('./outlook.ts')).binariesOutlook(at),
  run: async ({ settings }, { progress }) => {
    const { findBinaries } = await import('./binaries.ts')
    const found = findBinaries(settings.values.required_binaries, process.env)
    progress(`found: ${found.map(({ path }) => path).join(', ') || 'none is required'}`)
    return found
  },
})

export const repository = task({
  describe: 'Verify the checkout of this project',
  needs: { settings, binaries },
  look: () => 'looks only',
  run: async ({ settings }, { root, exec, log, progress }) => {
    const { verifyCheckout } = await import('./repository.ts')
    const { defaultBranchFault } = await import('./default-branch.ts')
    const { describeLock } = await import('./git-locks.ts')
    const { gitIn } = await import('./git.ts')
    const { path, default_branch } = settings.values.repository
    const git = (directory: string) => gitIn(directory, exec, process.env)
    const checkout = await verifyCheckout(root, path, git, Date.now(), default_branch)
    const branchFault = checkout.hasBranch
      ? undefined
      : await defaultBranchFault(git(checkout.directory), default_branch)
    progress(
      `up to date: ${checkout.directory}, ${checkout.commit === null ? 'no commit yet' : `at ${checkout.commit}`}`,
    )
    const warnings = checkout.locks.map(describeLock).map(({ detail, fix }) => `${detail}; ${fix}`)
    for (const warning of warnings) log(`warning: ${warning}`)
    return { ...checkout, branchFault, warnings }
  },
})

/** Apart from `repository`, for `up` never fetches. */
export const refresh = task({
  describe: "Fetch the checkout's remotes, update its submodules, look for the default branch",
  needs: { settings, turn, repository },
  look: () => 'fetches the remotes, if there are any',
  run: async ({ settings, repository }, { exec, log, progress }) => {
    const { refreshRepository } = await import('./refresh-repository.ts')
    const { gitIn } = await import('./git.ts')
    if (repository.remotes.length > 0) progress(`fetching ${repository.remotes.join(', ')}`)
    const { outcome, warnings } = await refreshRepository(
      gitIn(repository.directory, exec, process.env),
      repository,
      settings.values.repository,
    )
    switch (outcome) {
      case 'fetched':
        log('fetched all remotes')
        break
      case 'no_remotes':
        progress('skipped: no remote to fetch')
        break
      case 'not_fetched':
        progress('not fetched')
    }
    for (const warning of warnings) log(`warning: ${warning}`)
    return { outcome, warnings }
  },
})

export const storage = task({
  describe: 'Make the data directory and the store, and prove that it reads and writes',
  needs: { settings, turn },
  look: async at => (await import('./outlook.ts')).storageOutlook(at),
  run: async ({ settings }, { log, progress }) => {
    const { prepareStorage } = await import('./storage.ts')
    const prepared = await prepareStorage(settings.workspace, {
      minimumFreeMegabytes: settings.values.storage.minimum_free_megabytes,
    })
    for (const name of prepared.migrated) log(`applied migration ${name}`)
    for (const warning of prepared.warnings) log(`warning: ${warning}`)
    if (prepared.migrated.length === 0)
      progress(`up to date: the store's schema; ${prepared.freeMegabytes} MB free`)
    return prepared
  },
})

export const token = task({
  describe: "Make the first administrator's token",
  needs: { settings, storage },
  look: async at => (await import('./outlook.ts')).tokenOutlook(at),
  run: async ({ settings }, { log, progress, print }) => {
    const { missingTokenVariable, prepareToken } = await import('./token.ts')
    const { made, file, warning } = await prepareToken(settings.workspace)
    if (made !== undefined) {
      log(`made an administrator's token: ${file}`)
      print(`The administrator's token, shown this once and kept in ${file}:\n  ${made}\n`)
    } else if (warning === undefined) progress(`up to date: the token in ${file}`)
    const variable = settings.values.auth.token_environment_variable
    const warnings = [warning, missingTokenVariable(variable, process.env)].filter(one => one !== undefined)
    for (const one of warnings) log(`warning: ${one}`)
    return { file, warnings }
  },
})

export const certificates = task({
  describe: "Merge the user's certificates with the system's",
  needs: { turn },
  look: async at => (await import('./outlook.ts')).certificatesOutlook(at),
  run: async (_, { root, log, progress }) => {
    const { readCertificates, writeCertificates } = await import('./certificates/certificates.ts')
    const certificates = readCertificates(root, process.env)
    const line = `certificates: ${certificates.provenance}`
    if (await writeCertificates(certificates)) log(line)
    else progress(`up to date: ${line}`)
    return { variables: certificates.variables }
  },
})

export const environment = task({
  describe: 'Create or update the environment of sessions: conda or a venv, with debugpy',
  needs: { settings, turn, certificates },
  look: async at => (await import('./outlook.ts')).environmentOutlook(at),
  run: async ({ settings, certificates }, { root, exec, scope, signal, log, progress }) => {
    const { readCertificates } = await import('./certificates/certificates.ts')
    const { prepareEnvironment } = await import('./environment/prepare-environment.ts')
    const { requestOf } = await import('./environment/request.ts')
    const { defaultPatience } = await import('./download/patience.ts')
    const request = requestOf(settings.values, settings.workspace)
    const { outcome, summary, warnings } = await prepareEnvironment(request, {
      environment: process.env,
      variables: certificates.variables,
      trusted: () => readCertificates(root, process.env).trusted(),
      platform: process.platform,
      architecture: process.arch,
      patience: defaultPatience,
      reachMs: 10_000,
      exec,
      scope,
      signal,
      log,
      progress,
    })
    switch (outcome) {
      case 'made':
        log(`environment: ${summary}`)
        break
      case 'up_to_date':
        progress(`up to date: ${summary}`)
        break
      case 'none':
        progress(`skipped: ${summary}`)
    }
    for (const warning of warnings) log(`warning: ${warning}`)
    return { summary, warnings }
  },
})

/** All that `up` needs. Nothing here asks another host for anything, so that a start is short wherever it happens. */
export const prepare = task({
  describe: 'Prepare what the services need: programs, checkout, storage, first token',
  needs: { turn, binaries, repository, storage, token },
  run: ({ repository, storage, token }) => ({
    tokenFile: token.file,
    warnings: [repository, storage, token].flatMap(({ warnings }) => warnings),
  }),
})

export const bootstrap = task({
  describe: 'Prepare this host: programs, checkout, environment, storage, first token',
  // Compiled beside the environment, which has work for one core.
  needs: { prepare, environment, refresh, compiled },
  params: z => ({
    check: z.boolean().default(false).describe('look, and change nothing: the same as task check'),
    json: jsonParam(z).describe('with --check: print JSON'),
    config: configParam(z),
  }),
  setsEnv: params => configEnvironment(params),
  // `--check` is the check under its older name.
  instead: ({ check, json, config }) => {
    if (!check && json) throw new UserError('--json goes with --check')
    const words = [...(json ? ['--json'] : []), ...config.flatMap(file => ['--config', file])]
    return check ? { name: 'check', words } : undefined
  },
  run: ({ prepare, environment, refresh }, { print }) => {
    const warnings = [prepare, environment, refresh].flatMap(({ warnings }) => warnings)
    print(`Bootstrap complete\n${warnings.map(warning => `  warning: ${warning}\n`).join('')}`)
    return { tokenFile: prepare.tokenFile }
  },
})
