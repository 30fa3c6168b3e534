import t from 'tap'
import { functionsIn } from '../../../../../services/runner/debug/node/functions-in.ts'

/** Each by its names, with what its body begins with. */
async function found(source: string, { isModule = false } = {}) {
  const lines = source.split('\n')
  return (await functionsIn(source, { isModule }))?.map(({ name, owner, inside, end }) => {
    const path = owner === undefined ? name.text : `${owner.text}.${name.text}`
    const ends = end.line > inside.line || end.column >= inside.column
    return `${path}: ${lines[inside.line]?.slice(inside.column).trim().slice(0, 8).trim()}${ends ? '' : ' ends before'}`
  })
}

t.test('functions have the names that they are declared and assigned by', async t => {
  const source = `function one(a = () => 'no', { b } = {}) { return 1 }
const two = b => 2 + b
let three = async function inner() { return 3 }
function* four() { yield 4 }
exports.five = () => 5
module.exports = { six() { return 6 }, 'seven': () => 7, nested: { eight() { return 8 } } }
module.exports.nine = function () {}
if (two) return
register({ ten() { return 10 } }, () => 'no')
`
  t.same(await found(source), [
    'one: return 1',
    'two: 2 + b',
    'three: return 3',
    'inner: return 3',
    'four: yield 4',
    'five: 5',
    'six: return 6',
    'seven: 7, neste',
    'nested.eight: return 8',
    'nine: }',
    'ten: return 1',
  ])
})

t.test('methods are those of their classes', async t => {
  const source = `class A extends (class B { one() { 1 } }) {
  constructor() { super(); this.two = () => 2 }
  static three() { 3 }
  get four() { 4 }
  #five = () => { 5 }
  async *['six']() { 6 }
  [seven]() { 7 }
}
A.prototype.eight = function () { 8 }
A.nine = () => 9
const C = class { ten() { 10 } }
`
  t.same(await found(source), [
    'B.one: 1 } }) {',
    'A.constructor: super();',
    'A.two: 2 }',
    'A: super();',
    'A.three: 3 }',
    'A.four: 4 }',
    'A.#five: 5 }',
    'A.six: 6 }',
    'A.eight: 8 }',
    'A.nine: 9',
    'C.ten: 10 } }',
  ])
})

t.test('modules export functions without a name', async t => {
  t.same(await found('export default function () { 1 }', { isModule: true }), ['default: 1 }'])
  const source = 'export default class { two() { 2 } }\nexport const three = () => 3'
  t.same(await found(source, { isModule: true }), ['default.two: 2 } }', 'three: 3'])
})

t.test('places are counted as the inspector counts them', async t => {
  const source = 'function a() {}\r\nfunction b() {}\r\u2028let c = () => {}'
  t.match((await functionsIn(source, { isModule: false }))?.at(-1), {
    name: { text: 'c', at: { line: 3, column: 4 } },
    inside: { line: 3, column: 15 },
  })
})

t.test('what cannot be read', async t => {
  t.equal(await found('function ('), undefined)
  for (const deep of ['[', 'x=>', '(()=>{', 'a?']) t.equal(await found(deep.repeat(100_000)), undefined, deep)
  t.equal(await found('export const a = 1'), undefined)
})
