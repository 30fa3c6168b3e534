import { randomBytes } from 'node:crypto'
import t from 'tap'
import {
  longestMessage,
  sizeMessage,
  typedMessages,
} from '../../../../services/runner/terminals/terminal-messages.ts'

t.test('messages bring every byte, and none is longer than what is written in one piece', async t => {
  for (const length of [0, 1, 3_066, 3_067, 3_069, 3_070, 65_536]) {
    const typed = randomBytes(length)
    const messages = [...typedMessages(typed)]
    t.ok(messages.every(({ line }) => line.length <= longestMessage && line.endsWith('\n')))
    t.equal(
      messages.reduce((sum, { bytes }) => sum + bytes, 0),
      length,
    )
    const told = messages.map(({ line }) => Buffer.from(/^i (\S+)\n$/.exec(line)?.[1] ?? '', 'base64'))
    t.ok(Buffer.concat(told).equals(typed), `${length} bytes`)
  }
})

t.test('a size is one message', async t => {
  t.equal(sizeMessage({ columns: 100, rows: 30 }), 'r 100 30\n')
})
