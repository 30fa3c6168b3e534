import t from 'tap'
import { type Place, placeFor } from '../../../lib/mcp/place-for.ts'

type Named = Place & { readonly name: string }
const place = (name: string, state: 'idle' | 'listening' | 'answering', idleSince = 0): Named => ({
  ...{ name, holder: name.slice(0, 1), idleSince, requests: state === 'idle' ? 0 : 1 },
  isAnswering: state === 'answering',
})
const gone = { ...place('a9', 'answering'), requests: 0 }
const cases: [string, Named[], string, string | undefined][] = [
  ['nobody is there', [], 'a', undefined],
  [
    'who is idle for longest goes, whoever that is',
    [place('a1', 'idle', 5), place('b1', 'idle', 3), place('a2', 'listening')],
    'a',
    'b1',
  ],
  [
    'one of many that listen goes for the first of another',
    [place('a1', 'answering'), place('a2', 'listening'), place('a3', 'listening')],
    'b',
    'a2',
  ],
  ['nobody goes for one of the same', [place('a1', 'listening'), place('a2', 'listening')], 'a', undefined],
  [
    'nobody goes where the newcomer would then have more',
    [place('a1', 'listening'), place('a2', 'listening'), place('b1', 'listening')],
    'b',
    undefined,
  ],
  ['nor who waits for an answer', [place('a1', 'answering'), place('a2', 'answering')], 'b', undefined],
  ['nor who may come again for one', [gone, place('a1', 'answering')], 'b', undefined],
]
for (const [name, places, newcomer, expected] of cases)
  t.test(name, async t => t.equal(placeFor(places, newcomer)?.name, expected))
