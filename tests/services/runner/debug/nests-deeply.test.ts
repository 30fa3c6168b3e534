import t from 'tap'
import { nestsDeeply } from '../../../../services/runner/debug/nests-deeply.ts'

const nested = (levels: number, inner = '') =>
  `${'[{"a":'.repeat(levels / 2)}"${inner}"${'}]'.repeat(levels / 2)}`

t.test('levels are counted, and what stands in texts is none', async t => {
  t.notOk(nestsDeeply(nested(500)))
  t.ok(nestsDeeply(nested(502)))
  t.notOk(nestsDeeply(nested(500, '['.repeat(1_000))))
  t.notOk(nestsDeeply(nested(500, String.raw`\"[\\\"[\\`)))
  t.ok(nestsDeeply(`["${String.raw`\\`}",${nested(500)}]`))
  t.notOk(nestsDeeply(`[${'[],'.repeat(10_000)}0]`))
})

t.test('a text without an end, or of escapes alone, is looked at once', async t => {
  const began = performance.now()
  t.notOk(nestsDeeply(`"${'\\'.repeat(4_000_000)}`))
  t.notOk(nestsDeeply(`${'"\\'.repeat(2_000_000)}`))
  t.ok(performance.now() - began < 5_000)
})
