import t from 'tap'
import { returnsIn } from '../../../../../services/runner/debug/delve/returns-in.ts'

const at = (address: string, instruction: string, instructionBytes: string) => ({
  ...{ address, instruction, instructionBytes },
})
const body = [
  at('0x10', 'TESTQ AX, AX', '4885c0'),
  at('0x13', 'RET', 'c3'),
  at('0x14', 'CALL $main.retry(SB)', 'e8ecdffaff'),
  at('0x19', 'RET', 'c3'),
]

t.test('a function ends at the gap behind it', async t => {
  const next = [at('0x1a', 'INT $0x3', 'cc'), at('0x20', 'RET', 'c3')]
  t.same(returnsIn([...body, ...next]), { addresses: ['0x13', '0x19'], isWhole: true })
  t.same(returnsIn(body), { addresses: ['0x13', '0x19'], isWhole: false }, 'more is to be read')
})

t.test('behind the last function there is nothing', async t => {
  t.same(returnsIn([...body, { address: '0xffffffffffffffff' }]).isWhole, true)
})

t.test('that of arm64 is told as well', async t => {
  const arm = [at('0x10', 'RET', 'c0035fd6'), at('0x14', '?', '00000000')]
  t.same(returnsIn(arm), { addresses: ['0x10'], isWhole: true })
})
