import t from 'tap'
import { NodeProcesses } from '../../../../../services/runner/debug/node/node-processes.ts'

const hello = (pid: number) => ({ pid, node: '24.0.0' })
const main = () => ({ line: () => undefined, gone: () => undefined })

t.test('of a process that nobody debugs nothing is kept, and it is not ended for what it says', t => {
  const processes = new NodeProcesses(main, ({ release }) => release())
  const written: string[] = []
  let isClosed = false
  const peer = { write: (line: string) => written.push(line), close: () => (isClosed = true) }
  processes.came(hello(1), peer)
  const { line } = processes.came(hello(2), peer)
  const text = 'x'.repeat(1_000_000)
  for (let said = 0; said < 10; said++) line(text)
  t.same(written, ['{"method":"$release"}'])
  t.notOk(isClosed)
  t.end()
})
