import t from 'tap'
import { didYouMean, nearest } from '../../lib/suggest.ts'

t.test('nearest', async t => {
  const cases: [string, string[], string | undefined][] = [
    ['prot', ['host', 'port'], 'port'],
    ['bootsrap', ['up', 'down', 'bootstrap'], 'bootstrap'],
    ['UP', ['up', 'down'], 'up'],
    ['xyz', ['up', 'down'], undefined],
    ['lldb', ['gdb', 'lldb-dap'], 'lldb-dap'],
    ['hel', ['del', 'help'], 'help'],
    ['', ['up'], undefined],
    ['anything', [], undefined],
  ]
  for (const [name, known, expected] of cases)
    t.equal(nearest(name, known), expected, `${name} among ${known}`)
  t.equal(didYouMean('prot', ['port']), 'did you mean "port"?')
  t.equal(didYouMean('prot', ['zebra']), undefined)
})
