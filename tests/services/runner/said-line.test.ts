import t from 'tap'
import { commandId, debugSessionId, sessionId } from '../../../services/contract/ids.ts'
import { fromRunnerSchema, longestAnswer } from '../../../services/contract/runner-messages.ts'
import { saidLine } from '../../../services/runner/said-line.ts'

const large = 'x'.repeat(longestAnswer)
const read = (line: string) => fromRunnerSchema.parse(JSON.parse(line))

t.test('a message is one line', async t => {
  const message = { type: 'changed', command: commandId.create() } as const
  t.equal(saidLine(message), `${JSON.stringify(message)}\n`)
})

t.test('of one that is too long, whoever waits for it is refused', async t => {
  t.match(read(saidLine({ type: 'answer', id: 7, value: large })), {
    ...{ type: 'refusal', id: 7, code: 'debugger_refused' },
    detail: 'the answer is too large',
  })
  const answer = {
    type: 'response',
    request_seq: 3,
    command: 'evaluate',
    success: true,
    body: large,
  } as const
  t.match(read(saidLine({ type: 'dap', client: 5, message: answer })), {
    ...{ type: 'dap', client: 5 },
    message: {
      ...{ type: 'response', request_seq: 3, command: 'evaluate', success: false },
      message: 'the answer is too large',
    },
  })
})

t.test('nobody else is told of it', async t => {
  const said = { type: 'event', event: 'output', body: large } as const
  t.equal(saidLine({ type: 'dap', client: 5, message: said }), '')
  const news = { session: sessionId.create(), debug: debugSessionId.create(), event: 'stopped' } as const
  t.equal(saidLine({ type: 'debug', ...news, frame: large }), '')
})
