import type { Artifact } from '../../../services/contract/artifact-resources.ts'
import { contract } from '../../../services/contract/contract.ts'
import { allFlag, listCall, pageFlags } from '../list-call.ts'
import { oneCall } from '../one-call.ts'
import { details } from '../render/details.ts'
import { relativeTime } from '../render/relative-time.ts'
import { sizeText } from '../render/size-text.ts'
import { type Column, table } from '../render/table.ts'
import type { RenderContext, Words } from './words.ts'

/** What a report or a core dump tells, in one line. */
export function summaryText({ summary }: Pick<Artifact, 'summary'>): string | null {
  if (summary === null) return null
  if ('program' in summary) {
    const signal = summary.signal === null ? '' : `, ended by signal ${summary.signal}`
    return `${summary.program}${signal}${summary.executable === null ? '' : `, executable ${summary.executable}`}`
  }
  const { tests, failures, errors, skipped } = summary
  const parts = [`${tests} tests`]
  if (failures > 0) parts.push(`${failures} failed`)
  if (errors > 0) parts.push(`${errors} with errors`)
  if (skipped > 0) parts.push(`${skipped} skipped`)
  return parts.join(', ')
}

const renderArtifact = (artifact: Artifact, { now }: RenderContext): string =>
  details([
    ['id', artifact.id],
    ['path', artifact.path],
    ['kind', artifact.kind],
    ['summary', summaryText(artifact)],
    ['size', sizeText(artifact.bytes)],
    ['sha256', artifact.sha256],
    ['media type', artifact.media_type],
    ['command', artifact.command],
    ['session', artifact.session],
    ['created', relativeTime(artifact.created_at, now)],
  ])

const columns: Column<Artifact>[] = [
  { title: 'ID', cell: row => row.id },
  { title: 'COMMAND', cell: row => row.command },
  { title: 'KIND', cell: row => row.kind },
  { title: 'SIZE', cell: row => sizeText(row.bytes) },
  { title: 'PATH', cell: row => row.path, flexible: true },
  { title: 'SUMMARY', cell: row => summaryText(row) ?? '', flexible: true },
]

export const artifactList: Words<'artifacts.list'> = {
  path: ['artifact', 'list'],
  places: ['session'],
  flags: { command: { value: 'COMMAND' }, ...pageFlags },
  extras: [allFlag],
  examples: ['@last', '@last --kind junit', '@last --command cmd_01 --json'],
  act: listCall(
    ({ artifacts }) => artifacts.list,
    (artifacts, context) => (artifacts.length === 0 ? 'no artifacts\n' : table(artifacts, columns, context)),
  ),
}

export const artifactGet: Words<'artifacts.get'> = {
  path: ['artifact', 'get'],
  places: ['artifact'],
  examples: ['art_0123', 'art_0123 --json'],
  act: oneCall('artifacts.get', renderArtifact),
}

export const artifactDownload: Words<'artifacts.download'> = {
  path: ['artifact', 'download'],
  places: ['artifact'],
  extras: [
    {
      name: 'output',
      short: 'o',
      value: 'FILE',
      describe: 'where to write it; - is standard output; default: its own name, here, where nothing is yet',
    },
  ],
  pair: {
    first: contract['artifacts.list'].input.shape.session,
    name: 'name',
    describe: 'its path or the last part of it, where the word before is not the artifact but its session',
  },
  examples: [
    'art_0123',
    '@last report.xml',
    'ses_0123 out/report.xml --output report.xml',
    'art_0123 -o - | less',
  ],
  act: () => import('../acts/artifact-download.ts'),
}
