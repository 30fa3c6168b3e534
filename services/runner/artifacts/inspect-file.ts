import { type FileHandle, open } from 'node:fs/promises'
import mime from 'mime'
import type { ArtifactKind, JunitSummary } from '../../contract/artifact-resources.ts'
import { type CoreNotes, isCore, readCoreNotes } from './core-notes.ts'
import { junitSummary } from './junit-summary.ts'

/** What a file is, from its name and its bytes. */
export type Inspected = {
  readonly kind: ArtifactKind
  readonly mediaType: string
  readonly junit: JunitSummary | null
  readonly core: CoreNotes | null
}

/** How much of its beginning tells what a file is. */
const headBytes = 4_096

/**
 * Inspects the copy at `path`, which nobody changes any more; `name` is where the file lay. What cannot be read to its end
 * while `inTime` has no summary.
 */
export async function inspectFile(path: string, name: string, inTime: () => boolean): Promise<Inspected> {
  await using file = await open(path)
  const kind = kindOf(name, await headOf(file))
  const mediaType = mime.getType(name) ?? 'application/octet-stream'
  switch (kind) {
    case 'core': {
      const core = await readCoreNotes(file, inTime)
      return { kind, mediaType: 'application/x-coredump', junit: null, core }
    }
    case 'junit': {
      const junit = await junitSummary(file.createReadStream({ start: 0, autoClose: false }), inTime)
      if (junit === 'no_report') return { kind: 'file', mediaType, junit: null, core: null }
      return { kind, mediaType, junit, core: null }
    }
    case 'coverage':
    case 'file':
      return { kind, mediaType, junit: null, core: null }
  }
}

async function headOf(file: FileHandle): Promise<Buffer> {
  const buffer = Buffer.alloc(headBytes)
  const { bytesRead } = await file.read(buffer, 0, headBytes, 0)
  return buffer.subarray(0, bytesRead)
}

/** A report by its outermost element or its first line, not by what its file is called. */
export function kindOf(name: string, head: Buffer): ArtifactKind {
  if (isCore(head)) return 'core'
  const text = head.toString('latin1')
  const outermost = outermostElement(text)
  if (outermost === 'testsuites' || outermost === 'testsuite') return 'junit'
  if (outermost === 'coverage') return 'coverage' // Cobertura, Clover
  if (outermost === 'report' && text.includes('JACOCO')) return 'coverage'
  if (/^(?:TN:.*\n)?SF:./.test(text)) return 'coverage' // LCOV
  if (/^mode: (?:set|count|atomic)\n/.test(text)) return 'coverage' // go test -coverprofile
  return coverageNames.test(name) ? 'coverage' : 'file'
}

/** Of coverage.py and Istanbul, whose files say nothing of what they are. */
const coverageNames = /(?:^|\/)(?:\.coverage|coverage-(?:final|summary)\.json)$/

/** The first element of an XML document, after its declaration, comments and document type. */
function outermostElement(text: string): string | undefined {
  let rest = text.replace(/^\u00ef\u00bb\u00bf/, '')
  for (;;) {
    rest = rest.trimStart()
    const end = rest.startsWith('<?')
      ? '?>'
      : rest.startsWith('<!--')
        ? '-->'
        : rest.startsWith('<!')
          ? '>'
          : ''
    if (end === '') return /^<([A-Za-z][\w.-]*)[\s/>]/.exec(rest)?.[1]
    const at = rest.indexOf(end)
    if (at === -1) return undefined
    rest = rest.slice(at + end.length)
  }
}
