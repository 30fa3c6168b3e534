import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { writeAtomically } from '../../../lib/atomic-file.ts'
import { errorCode } from '../../../lib/error-code.ts'
import { fileReason } from '../../../lib/file-reason.ts'
import { visible } from '../../../lib/visible.ts'
import type { Artifact } from '../../../services/contract/artifact-resources.ts'
import { CliError, usageError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Io, write } from '../io.ts'
import { print } from '../print.ts'
import { sizeText } from '../render/size-text.ts'
import type { Act } from '../words/words.ts'

/**
 * Downloads an artifact into a file, which is there whole or not at all, or to standard output. The bytes are compared
 * with what the server says of them: standard output has got them by then, but the exit code tells.
 */
export const act: Act<'artifacts.download'> = async (input, context) => {
  const { client, io, json, extras } = context
  const output = extras.get('output')
  if (json && output === '-')
    throw usageError('both --json and "--output -" want standard output', 'give one')
  const artifact = await client.artifacts.get(input)
  const file = typeof output === 'string' ? output : freeName(artifact, io)
  const { body } = await client.artifacts.download({ artifact: artifact.id }, { signal: io.signal })
  const verified = verifiedBytes(body, artifact)
  if (file === '-') {
    for await (const chunk of verified) await write(io.stdout, chunk, io.signal)
    return exitCodes.success
  }
  await save(file, verified, io)
  await print(context, artifact, ({ bytes }) => `${visible(file)}: ${sizeText(bytes)}\n`)
  return exitCodes.success
}

/** Its own name, where that is free: what a repository calls a file must not replace one of the user's. */
function freeName({ path }: Artifact, io: Io): string {
  const name = basename(path)
  if (lstatSync(resolve(io.directory, name), { throwIfNoEntry: false }) === undefined) return name
  throw new CliError('file_exists', exitCodes.failure, `${visible(name)} is there already`, {
    fix: 'say where to write it: --output FILE, which replaces a file',
  })
}

async function* verifiedBytes(body: AsyncIterable<Uint8Array>, { id, sha256 }: Artifact) {
  const hash = createHash('sha256')
  for await (const chunk of body) {
    hash.update(chunk)
    yield chunk
  }
  if (hash.digest('hex') !== sha256)
    throw new CliError('damaged', exitCodes.failure, `what came of ${id} is not what was kept of it`, {
      fix: 'download it again; where that does not help, its file on the server is damaged',
    })
}

async function save(file: string, content: AsyncIterable<Uint8Array>, io: Io): Promise<void> {
  try {
    await writeAtomically(resolve(io.directory, file), content, { mode: 0o666 })
  } catch (error) {
    if (errorCode(error) === undefined || error instanceof CliError) throw error
    throw new CliError('file_not_written', exitCodes.failure, `${visible(file)}: ${fileReason(error)}`)
  }
}
