import { createHash } from 'node:crypto'
import { lstatSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { errorCode } from '../../../lib/error-code.ts'
import { fileReason } from '../../../lib/file-reason.ts'
import { visible } from '../../../lib/visible.ts'
import type { Artifact } from '../../../services/contract/artifact-resources.ts'
import { CliError, usageError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Io, write } from '../io.ts'
import { PartFile } from '../part-file.ts'
import { print } from '../print.ts'
import { startProgress } from '../progress.ts'
import { sizeText } from '../render/size-text.ts'
import type { Act, ActContext } from '../words/words.ts'
import { namedArtifact } from './named-artifact.ts'

/**
 * Downloads an artifact into a file, which is there whole or not at all, or to standard output. The bytes are compared
 * with what the server says of them: standard output has got them by then, but the exit code tells. What has come of a
 * file that broke off stays beside it, for the next try.
 */
export const act: Act<'artifacts.download'> = async (input, context) => {
  const { client, io, json, extras } = context
  const output = extras.get('output')
  if (json && output === '-')
    throw usageError('both --json and "--output -" want standard output', 'give one')
  const name = extras.get('name')
  const artifact =
    typeof name === 'string'
      ? await namedArtifact(client, input.artifact, name)
      : await client.artifacts.get(input)
  if (output === '-') return await toStdout(artifact, context)
  const file = typeof output === 'string' ? output : freeName(artifact, io)
  try {
    await save(file, artifact, context)
  } catch (error) {
    if (errorCode(error) === undefined || error instanceof CliError) throw error
    throw new CliError('file_not_written', exitCodes.failure, `${visible(file)}: ${fileReason(error)}`)
  }
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

async function toStdout({ id, sha256 }: Artifact, { client, io }: ActContext): Promise<number> {
  const { body } = await client.artifacts.download({ artifact: id }, { signal: io.signal })
  const hash = createHash('sha256')
  for await (const chunk of body) {
    hash.update(chunk)
    await write(io.stdout, chunk, io.signal)
  }
  if (hash.digest('hex') !== sha256) throw damaged(id)
  return exitCodes.success
}

async function save(file: string, artifact: Artifact, context: ActContext): Promise<void> {
  const path = resolve(context.io.directory, file)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    throw usageError(`--output "${visible(file)}": it is a directory`)
  await using part = await PartFile.open(path, artifact.id, artifact.bytes)
  if (part === undefined)
    throw new CliError(
      'download_under_way',
      exitCodes.failure,
      `another download of ${artifact.id} to ${visible(file)} is under way`,
      { fix: 'wait for it, or say another --output FILE' },
    )
  try {
    await fill(part, file, artifact, context)
  } catch (error) {
    if (part.bytes > 0 && !context.json)
      context.io.stderr.write(
        `${sizeText(part.bytes)} of ${visible(file)} have come: the same command goes on behind them\n`,
      )
    throw error
  }
  if (part.sha256() === artifact.sha256) return await part.keep()
  await part.discard()
  throw damaged(artifact.id)
}

/** Gets what is missing. A server that answers with all of it has not got what the part is of. */
async function fill(
  part: PartFile,
  file: string,
  { id, bytes, sha256 }: Artifact,
  { client, io, json }: ActContext,
): Promise<void> {
  if (part.bytes === bytes && part.sha256() === sha256) return
  if (part.bytes === bytes) await part.restart()
  const from = part.bytes === 0 ? undefined : { offset: part.bytes, etag: `"${sha256}"` }
  const { offset, body } = await client.artifacts.download({ artifact: id }, { signal: io.signal, from })
  if (offset === 0) await part.restart()
  const text = () =>
    `${visible(file)}: ${sizeText(part.bytes)} of ${sizeText(bytes)}, ${Math.floor((part.bytes / (bytes || 1)) * 100)}%`
  using _ = startProgress(io, text, json || io.stderr.isTTY !== true)
  for await (const chunk of body) await part.append(chunk)
}

const damaged = (id: string): CliError =>
  new CliError('damaged', exitCodes.failure, `what came of ${id} is not what was kept of it`, {
    fix: 'download it again; where that does not help, its file on the server is damaged',
  })
