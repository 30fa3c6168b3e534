/** How much of a rejected hunk is shown. */
const shownLines = 12
const longestLine = 200

/**
 * Why a patch does not apply, for who sent it: what git said, and the beginning of the first hunk it rejected.
 * `stderr` is that of `git apply`, run with LC_ALL=C.
 */
export function describeRejection(stderr: string, patch: string): string {
  const complaints = stderr
    .split('\n')
    .filter(line => /^(?:error|fatal): /.test(line))
    .map(line => line.replace(/^(?:error|fatal): /, ''))
  const [, file, line] = complaints.map(text => /^patch failed: (.+):(\d+)$/.exec(text)).find(Boolean) ?? []
  if (file !== undefined && line !== undefined) {
    const hunk = hunkAt(patch, file, Number(line))
    const where = `the patch does not apply: ${file}, line ${line}, does not match`
    return hunk === undefined ? where : `${where} this hunk:\n${shorten(hunk)}`
  }
  const first = complaints.slice(0, 3).join('; ')
  return `the patch does not apply: ${first === '' ? 'git said nothing' : first}`
}

/** The lines of the hunk of `file` (its name before or after the patch) that begins at line `line` of the old file. */
export function hunkAt(patch: string, file: string, line: number): string[] | undefined {
  let inFile = false
  let hunk: string[] | undefined
  for (const text of patch.split('\n')) {
    if (hunk !== undefined) {
      if (!/^[ +\-\\]/.test(text) || text.startsWith('--- ')) return hunk
      hunk.push(text)
      continue
    }
    // A hunk line can look like a file's header; headers come in the order ---, +++, @@.
    const header = /^(?:---|\+\+\+) (?:"?[^/\t"]+\/)?([^\t"]+)/.exec(text)
    if (header !== null) inFile = text.startsWith('---') ? header[1] === file : inFile || header[1] === file
    const start = /^@@ -(\d+)/.exec(text)?.[1]
    if (inFile && start !== undefined && Number(start) === line) hunk = [text]
  }
  return hunk
}

function shorten(hunk: string[]): string {
  const shown = hunk
    .slice(0, shownLines)
    .map(line => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line))
  return (hunk.length > shownLines ? [...shown, '…'] : shown).join('\n')
}
