import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../../../lib/atomic-file.ts'
import { errorCode } from '../../../lib/error-code.ts'
import { UserError } from '../../../lib/user-error.ts'
import type { Bench } from './bench.ts'
import { type CondaAction, condaArguments, condaVariables } from './conda-commands.ts'
import { type CondaFile, condaFileFor } from './conda-file.ts'
import type { CondaTool } from './conda-tool.ts'
import { hasDebugpy } from './debugpy.ts'
import { identityOf } from './identity.ts'
import { runLong } from './long-command.ts'
import { askPython } from './python.ts'
import type { EnvironmentRequest } from './request.ts'
import {
  fingerprintOf,
  pythonIn,
  readStamp,
  removeEnvironment,
  removeStamp,
  type Stamp,
  writeStamp,
} from './stamp.ts'

const deadlineMs = 30 * 60_000
const silenceMs = 10 * 60_000

/** Of all that a conda environment is made from; undefined where the file or the tool is not there. */
export function condaFingerprint(request: EnvironmentRequest, tool: string): string | undefined {
  const identity = identityOf(tool)
  const text = identity === undefined ? undefined : textOf(request.environmentFile)
  if (text === undefined) return undefined
  return fingerprintOf('conda', tool, identity, text, request.pythonVersion)
}

/** Makes the environment, or updates the one that is whole. */
export async function makeCondaEnvironment(
  request: EnvironmentRequest,
  tool: CondaTool,
  bench: Bench,
): Promise<Stamp> {
  const { prefix, artifacts, environmentFile } = request
  // Taken before the file is read: what changes in between makes the environment out of date.
  const fingerprint = condaFingerprint(request, tool.path)
  const file = await fileForConda(request)
  if (fingerprint === undefined) throw new UserError(`${tool.path} or ${environmentFile} went away just now`)
  const before = readStamp(prefix)
  const action: CondaAction = before?.manager === 'conda' ? 'update' : 'create'
  if (action === 'create') {
    if (existsSync(prefix))
      bench.log(`${prefix} ${before === undefined ? 'was not finished' : 'is a venv'}: removed`)
    await removeEnvironment(prefix)
  } else removeStamp(prefix)
  const what =
    tool.flavour === 'micromamba' && action === 'create'
      ? 'micromamba create'
      : `${tool.flavour} env ${action}`
  bench.log(`${what}: ${prefix} from ${environmentFile}`)
  await runLong(bench, {
    what,
    file: tool.path,
    args: condaArguments(tool, action, prefix, file),
    env: condaVariables(tool, bench.environment, artifacts),
    deadlineMs,
    silenceMs,
    fix: `what it left in ${prefix} is removed by the next run; environment.manager = "venv" does without conda`,
  })
  const python = existsSync(pythonIn(prefix)) ? await askPython(pythonIn(prefix), bench.exec) : undefined
  if (python === undefined)
    throw new UserError(`${what} ended well, but ${pythonIn(prefix)} does not run`, {
      fix: `does ${environmentFile} ask for python? What is in ${prefix} is removed by the next run`,
    })
  const stamp: Stamp = {
    manager: 'conda',
    fingerprint,
    tool: tool.path,
    version: tool.version,
    python: python.version,
    missing: hasDebugpy(prefix) ? [] : ['debugpy'],
  }
  await writeStamp(prefix, stamp)
  return stamp
}

/** What conda is to be given. Throws a UserError where the environment file is missing, or is of no use. */
export function condaFileOf({
  environmentFile,
  pythonVersion,
}: EnvironmentRequest): Exclude<CondaFile, { kind: 'refused' }> {
  const text = textOf(environmentFile)
  if (text === undefined)
    throw new UserError(`environment.conda_environment_file is ${environmentFile}, where there is no file`, {
      fix: 'add it, or name another in config/bootstrap.local.toml',
    })
  const file = condaFileFor(text, pythonVersion)
  if (file.kind === 'refused')
    throw new UserError(`${environmentFile} cannot be used: ${file.reason}`, { fix: file.fix })
  return file
}

/** The file that conda is given: the user's own, or a copy that names the Python too. */
async function fileForConda(request: EnvironmentRequest): Promise<string> {
  const file = condaFileOf(request)
  switch (file.kind) {
    case 'as_it_is':
      return request.environmentFile
    case 'generated': {
      // Newer versions of conda go by the file's name.
      const generated = join(request.artifacts, 'environments', '.generated', 'environment.yml')
      await writeAtomically(generated, file.text, { mode: 0o644 })
      return generated
    }
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined
    throw new UserError(`${file} cannot be read: ${errorCode(error)}`, { cause: error })
  }
}
