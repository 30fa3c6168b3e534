import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyPatch } from 'diff'
import fc from 'fast-check'
import t from 'tap'
import { unifiedDiff } from '../../lib/unified-diff.ts'

t.test('a difference is told with three lines around it', t => {
  t.equal(
    unifiedDiff('a.md', '1\n2\n3\n4\n5\n', '1\n2\n3\n4\nnew\n5'),
    '--- a/a.md\n+++ b/a.md\n@@ -2,4 +2,5 @@\n 2\n 3\n 4\n-5\n+new\n+5\n\\ No newline at end of file\n',
  )
  t.equal(unifiedDiff('a.md', undefined, 'x\n'), '--- /dev/null\n+++ b/a.md\n@@ -0,0 +1,1 @@\n+x\n')
  t.equal(unifiedDiff('a.md', 'x\n', 'x\n'), '')
  t.end()
})

t.test('texts that have little in common are told as a whole', t => {
  const text = (word: string, count: number) =>
    Array.from({ length: count }, (_, at) => `${word}${at}`).join('\n')
  for (const [before, after] of [
    [text('a', 20_000), text('b', 20_000)],
    [`${text('a', 3_000)}\n`, ''],
    [undefined, `${text('a', 3_000)}\n`],
  ] as const) {
    const diff = unifiedDiff('x', before, after)
    t.equal(applyPatch(before ?? '', diff), after)
  }
  t.end()
})

t.test('git makes the new text of the old one by it', t => {
  const directory = mkdtempSync(join(tmpdir(), 'diff-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 12 })
    .map(all => all.join('\n'))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const diff = unifiedDiff('x', before, after)
      if (before === after) return diff === ''
      writeFileSync(join(directory, 'x'), before)
      execFileSync('git', ['apply', '-'], {
        cwd: directory,
        input: diff,
        env: { PATH: process.env.PATH, GIT_CEILING_DIRECTORIES: tmpdir() },
      })
      return readFileSync(join(directory, 'x'), 'utf8') === after
    }),
    { numRuns: 30 },
  )
  t.end()
})
