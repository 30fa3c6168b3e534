import t from 'tap'
import { nestsDeeper } from '../../../../services/api/limits/json-depth.ts'

t.test('the depth of JSON is known without parsing it, whatever stands in its texts', t => {
  const cases = [
    ['', 0, false],
    ['1', 0, false],
    ['[]', 0, true],
    ['[[],[],{}]', 2, false],
    ['[[],[[]]]', 2, true],
    ['{"a":{"b":[1]}}', 3, false],
    ['{"a":{"b":[1]}}', 2, true],
    ['"[[[["', 0, false],
    [String.raw`["\"[[[",[]]`, 2, false],
    [String.raw`["\\",[[]]]`, 2, true],
    ['["never ends [[[', 1, false],
    ['['.repeat(100_000), 64, true],
    [`${'['.repeat(64)}${']'.repeat(64)}`, 64, false],
  ] as const
  for (const [json, most, deeper] of cases) t.equal(nestsDeeper(json, most), deeper, json.slice(0, 30))
  t.end()
})
