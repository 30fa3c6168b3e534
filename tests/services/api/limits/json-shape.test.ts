import t from 'tap'
import { jsonExcess } from '../../../../services/api/limits/json-shape.ts'

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
  for (const [json, depth, deeper] of cases)
    t.equal(jsonExcess(json, { depth, values: 1_000 }), deeper ? 'depth' : undefined, json.slice(0, 30))
  t.end()
})

t.test('how many values JSON has is known without parsing it, too', t => {
  const cases = [
    ['1', 0, false],
    ['[]', 0, true],
    ['[1,2,3]', 3, false],
    ['[1,2,3]', 2, true],
    ['{"a":1,"b":[2,3]}', 4, false],
    ['{"a":1,"b":[2,3]}', 3, true],
    ['[",,,,,,,,"]', 1, false],
    [`[${'{},'.repeat(10)}{}]`, 21, true],
  ] as const
  for (const [json, values, more] of cases)
    t.equal(jsonExcess(json, { depth: 64, values }), more ? 'values' : undefined, json.slice(0, 30))
  t.end()
})
